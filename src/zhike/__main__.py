"""`python -m zhike` is the command line."""

from zhike.cli import main

raise SystemExit(main())
