"""The web server: granian, as a child of `zhike serve`. Its processes end with it, and it with the one that serves."""

from __future__ import annotations

import argparse
import os
import signal

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from zhike_desk.offspring import PARENT, follow_parent

TARGET = "zhike_desk.wsgi:application"
_BACKPRESSURE = 64


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="zhike-web")
    parser.add_argument("--host", required=True)
    for name in ("port", "workers", "threads"):
        parser.add_argument(f"--{name}", type=int, required=True)
    args = parser.parse_args()
    follow_parent(signal.SIGTERM, int(os.environ[PARENT]))
    os.environ[PARENT] = str(os.getpid())
    server(args).serve()


def server(args: argparse.Namespace) -> MPServer:
    """Return the server: WSGI, as many processes and threads as asked for, a worker that fails started again."""
    return MPServer(
        TARGET,
        address=args.host,
        port=args.port,
        interface=Interfaces.WSGI,
        workers=args.workers,
        blocking_threads=args.threads,
        backpressure=_BACKPRESSURE,
        respawn_failed_workers=True,
        respawn_interval=1.0,
        workers_kill_timeout=10,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
    )


if __name__ == "__main__":
    main()
