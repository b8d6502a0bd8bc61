"""Who works at a branch, as the published night knows it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from zhike_desk.records.models import BookStaff


def working(branch_id: str) -> QuerySet[BookStaff]:
    """Return the staff of a branch who haven't left."""
    return BookStaff.objects.filter(branch_id=branch_id, left_on__isnull=True)


def names(ids: Collection[str]) -> dict[str, str]:
    """Return the names of staff by number, of those the night knows; no query for nobody."""
    if not ids:
        return {}
    return dict(BookStaff.objects.filter(staff_id__in=ids).values_list("staff_id", "name"))
