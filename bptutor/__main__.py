"""`python -m bptutor`."""

from bptutor.cli import main

raise SystemExit(main())
