"""Lists that were saved under a name: one's own, and the branch's."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from zhike_desk.records.models import SavedView
from zhike_desk.records.viewer import Viewer


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: its name, the query of its URL, whether it is the branch's, whether the viewer may change it."""

    id: int
    name: str
    query: str
    shared: bool
    mine: bool
    version: int


def saved(viewer: Viewer, page: str) -> list[View]:
    """Return the views of `page` that `viewer` saved, then those of the branch."""
    if viewer.may("view.save") is None:
        return []
    own = Q(owner_id=viewer.user_id)
    shared = Q(branch_id=viewer.branch_id) if viewer.branch_id else Q(pk__in=[])
    found = SavedView.objects.filter(own | shared, page=page).order_by("branch_id", "name")[:60]
    return [
        View(v.pk, v.name, v.query, bool(v.branch_id), v.owner_id == viewer.user_id, v.version) for v in found
    ]
