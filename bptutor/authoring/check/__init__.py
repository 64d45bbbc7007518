"""`bptutor check`: one module a kind of refusal; `lesson/` holds those about one lesson, this folder those about a pack."""
