"""The worker's process: huey listens to the bell and keeps the time, two threads do what waits."""

from __future__ import annotations

import threading

from django.db import close_old_connections
from huey import crontab
from huey.consumer import Consumer

from zhike_desk.records import clock, looks, queue
from zhike_desk.worker import doing, schedule

THREADS = 2
_DOZE = 0.5
_STOPPED = threading.Event()


class _Listener(Consumer):  # type: ignore[misc]
    """Asked to stop, it has running jobs stopped too, and doesn't wait for their ends: a night leaves no trace when it is cut."""

    def stop(self, graceful: bool = False) -> None:
        """Stop."""
        _STOPPED.set()
        super().stop(graceful)


def listen() -> None:
    """Listen until SIGTERM; what a dead worker left running is told as failed first."""
    doing.bury(clock.real())
    queue.on_ring(_heard)
    queue.queue().periodic_task(crontab(minute="*"), name="minute")(_minute)
    _minute()
    listener = _Listener(
        queue.queue(), workers=THREADS, initial_delay=0.05, max_delay=_DOZE, graceful_signal="TERM"
    )
    listener.run()


def _heard() -> None:
    close_old_connections()
    doing.do_waiting(_STOPPED)


def _minute() -> None:
    """Look at the clock, for what waits though nobody rang (a bell may have been lost), and for looks that couldn't be logged at once."""
    close_old_connections()
    schedule.look(clock.real())
    queue.ring()
    looks.write_down(clock.real())
