"""`bptutor check`: one module a kind of refusal. What is about one lesson is in `lesson/`, what is about a pack here."""
