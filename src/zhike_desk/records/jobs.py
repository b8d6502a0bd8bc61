"""Jobs: which kinds there are, what each may be asked with, who does it, and how it reports while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike_desk.records import clock
from zhike_desk.records.models import Job
from zhike_desk.records.viewer import Viewer

ACTIONS: Mapping[str, str] = {
    "night": "night.run",
    "publish": "night.run",
    "preview": "data.upload",
    "check": "data.view",
    "import": "data.commit",
    "undo_import": "data.commit",
    "export": "export.small",
    "bulk": "care.write",
    "bulk_undo": "undo",
    "ahp_diff": "ahp.lead",
}
"""Which action of policy.yaml whoever asks for a job of a kind must be allowed."""
WRITERS = frozenset({"night", "publish", "import", "undo_import"})
"""Kinds that write to the home: one of them at a time."""
GENTLE = frozenset({"bulk"})
"""Kinds whose process isn't ended when somebody asks for an end: it comes to it by itself, and writes down whom it left."""
_EVERY = 0.5


class Cancelled(Exception):
    """Somebody asked for the job to stop; it has, and left nothing half done that it hasn't written down how to undo."""


@dataclass(slots=True)
class Work:
    """A running job as its runner sees it. `by` is None where the schedule asked."""

    job_id: int
    kind: str
    arguments: Mapping[str, Any]
    by: Viewer | None
    at: datetime
    home: Path = field(default_factory=lambda: Path(settings.HOME))
    _last: float = 0.0
    _step: str = ""

    def tell(self, step: str, done: int = 0, total: int | None = None) -> None:
        """Show how far it is, twice a second at most; raise Cancelled where somebody asked for its end."""
        now = time.monotonic()
        if step == self._step and now - self._last < _EVERY:
            return
        self._last, self._step = now, step
        rows = Job.objects.filter(pk=self.job_id)
        rows.update(step=step, done=done, total=total, changed_at=clock.real())
        if rows.filter(cancel_asked=True).exists():
            raise Cancelled


Runner = Callable[[Work], dict[str, Any]]
_RUNNERS: dict[str, Runner] = {}


def runs(kind: str) -> Callable[[Runner], Runner]:
    """Declare a function as what does jobs of `kind`: it takes the Work and returns what came of it, as JSON keeps it.

    The worker imports the module (`zhike_desk.worker.kinds`). An error's sentence becomes the job's; what was done before must
    stand by itself or not at all, for it may be killed anywhere.
    """

    def declared(runner: Runner) -> Runner:
        _RUNNERS[kind] = runner
        return runner

    return declared


def runner(kind: str) -> Runner:
    """Return what does jobs of `kind`; raise UsageError where nothing does."""
    if kind not in _RUNNERS:
        raise UsageError(say(f"没有可以执行“{kind}”的程序。", f"Nothing here does jobs of the kind {kind}."))
    return _RUNNERS[kind]
