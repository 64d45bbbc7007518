"""`bptutor check`: one module a kind of refusal; those about one lesson are in `lesson/`, those about a pack here."""
