"""Trials of a panel's draft on the published night: how the newest goes, and which of the movers the viewer may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from zhike.base.text import Said, say
from zhike_desk.records import scope
from zhike_desk.records.models import Job
from zhike_desk.records.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Trying:
    """How a trial goes: its job's state, and why nothing came of it."""

    state: str
    error: Said | None

    @property
    def running(self) -> bool:
        """Tell whether it waits or runs."""
        return self.state in ("waiting", "running")


@dataclass(frozen=True, slots=True)
class SeenMover:
    """A client who would move, as the viewer may see them: masked, or by pseudonym."""

    key: str
    name: str


def of_panel(number: int) -> QuerySet[Job]:
    """Return the jobs that tried a panel's draft, the newest first."""
    return Job.objects.filter(kind="ahp_diff", arguments__panel=number).order_by("-id")


def newest(viewer: Viewer, number: int) -> Trying | None:
    """Return how the newest trial of a panel's draft goes; None where there was none, or it isn't the viewer's to see."""
    if viewer.may("ahp.lead") is None:
        return None
    job = of_panel(number).first()
    if job is None:
        return None
    error = job.result.get("error")
    return Trying(job.state, say(error["zh"], error["en"]) if error else None)


def seen_movers(viewer: Viewer, diff: Mapping[str, Any]) -> dict[str, SeenMover]:
    """Return those of a trial's movers whom the viewer may see, by number; the others are left out."""
    cell = viewer.may("client.list")
    wanted = [m["client_id"] for c in diff.get("changes", ()) for way in ("up", "down") for m in c[way]]
    if cell is None or not wanted:
        return {}
    key = "pseudonym" if cell.pseudonym else "client_id"
    found = scope.clients(viewer).filter(client_id__in=wanted).values_list("client_id", key, "name")
    return {number: SeenMover(shown, shown if cell.pseudonym else name) for number, shown, name in found}
