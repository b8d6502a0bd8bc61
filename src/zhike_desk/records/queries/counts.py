"""How many clients a list has, where the night has added them up already: to count them again grows with the branch."""

from __future__ import annotations

from django.db.models import Sum

from zhike_desk.records import scope
from zhike_desk.records.models import BookCell
from zhike_desk.records.queries import listing
from zhike_desk.records.queries.listing import Asked
from zhike_desk.records.viewer import Viewer

CLASSES = frozenset({"kind", "logic", "stage", "grade", "quadrant"})
_ACTION = "client.list"


def known(viewer: Viewer, state: Asked) -> int | None:
    """Return how many clients a list has that asks for nothing but classes, of a branch or of all; None where it must be counted.

    What the night added up, less those frozen or erased at the desk since. Two queries.
    """
    reach = viewer.need(_ACTION).scope
    if reach not in ("all", "branch") or state.bounds or state.measures or state.texts:
        return None
    if not CLASSES.issuperset(state.choices):
        return None
    whose = {"level": "house"} if reach == "all" else {"level": "branch", "branch_id": viewer.branch_id}
    cells = BookCell.objects.filter(**whose)
    if reach == "branch" and not viewer.branch_id:
        return 0
    if viewer.may("client.held") is None:
        cells = cells.filter(frozen=False)
    added = listing.matching(cells, state).aggregate(clients=Sum("clients"))["clients"] or 0
    return int(added) - listing.matching(scope.hidden(viewer, _ACTION), state).count()
