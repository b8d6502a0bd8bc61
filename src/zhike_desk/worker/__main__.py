"""Run the worker of a desk until told to stop; a child of `zhike serve`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import django

from zhike.base.errors import StoreLocked
from zhike_desk.offspring import PARENT, follow_parent


def main() -> int:
    """Listen for the bell; do what waits."""
    if PARENT in os.environ:
        follow_parent(signal.SIGTERM, int(os.environ[PARENT]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike_desk.settings")
    django.setup()
    from django.conf import settings

    from zhike.engine.durable import only_writer
    from zhike_desk.worker.listening import listen

    try:
        with only_writer(Path(settings.DESK) / "WORKER"):
            listen()
    except StoreLocked:
        print("Another worker serves this home.", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
