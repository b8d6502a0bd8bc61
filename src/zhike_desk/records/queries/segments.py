"""The map of segments: how many clients share their classes, with what assets and revenue, and who moved between classes.

A branch's sums, or the house's, are read from `book_cell`, added up by the night: a few thousand rows however many clients there
are. One's own clients are added up from their rows. Roles that see sums only never get a number about fewer than five clients.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Count, Q, QuerySet, Sum

from zhike.base.text import say
from zhike_desk.records import scope
from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.models import BookCell, BookClient, BookStaff, BookTransition
from zhike_desk.records.queries import clients, listing
from zhike_desk.records.queries.listing import Asked
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer

LEAST = 5
"""Fewer clients than this are not told to roles that see sums only."""
FLOWS = ("logic", "stage", "grade")
NONE = "none"
_ACTION = "segment.view"
_BY = ("logic", "stage", "grade", "quadrant")
_NARROWED = ("kind", "grade")
_MOST_STAFF = 60


@dataclass(frozen=True, slots=True)
class Group:
    """Some clients together: how many, their net assets and their revenue of 12 months, CNY; None where too few to be told."""

    clients: int | None
    assets: float | None
    revenue: float | None

    @property
    def hidden(self) -> bool:
        """Tell whether there are clients, but too few to be told."""
        return self.clients is None


NOBODY = Group(0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class SegmentMap:
    """Clients by logic and stage, by quadrant, and in all; `grades` counts the grades within a logic and stage.

    Sums along rows and columns, and `total`, leave out what is `hidden`, so that nothing hidden follows from them.
    """

    cells: Mapping[tuple[str, str], Group]
    grades: Mapping[tuple[str, str], Mapping[str, int]]
    logics: Mapping[str, Group]
    stages: Mapping[str, Group]
    quadrants: Mapping[str, Group]
    total: Group
    hidden: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Clients who went from a class to another (or stayed) between the last two nights; `none`: not there, or not classed."""

    before: str
    after: str
    group: Group


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff whose clients can be looked at alone."""

    staff_id: str
    name: str
    clients: int


Sums = tuple[int, float, float]
_Row = tuple[Any, ...]
_K = TypeVar("_K", bound=Hashable)


def asked(viewer: Viewer, query: Mapping[str, Sequence[str]]) -> Asked:
    """Read what the map is narrowed to (`kind`, `grade`, `staff_id`) from its URL; raise Refused for what can't be asked."""
    wanted = {n: query[n] for n in (*_NARROWED, "staff_id") if n in query}
    state = listing.asked(clients.LISTED, wanted)
    if "staff_id" in state.texts and viewer.need(_ACTION).scope != "branch":
        raise Refused(
            say(
                "只有营业部负责人可以按客户经理查看。",
                "Only a branch head can look at one manager's clients.",
            )
        )
    return state


def staff(viewer: Viewer) -> tuple[Member, ...]:
    """Return whose clients `viewer` may look at alone, the most clients first; none where that is nobody or there are too many to choose from."""
    if viewer.need(_ACTION).scope != "branch":
        return ()
    rows = BookStaff.objects.filter(branch_id=viewer.branch_id, clients__gt=0).order_by(
        "-clients", "staff_id"
    )
    found = [Member(r.staff_id, r.name, r.clients) for r in rows[: _MOST_STAFF + 1]]
    return tuple(found) if len(found) <= _MOST_STAFF else ()


def segments(viewer: Viewer, state: Asked) -> SegmentMap:
    """Return the map of the clients within `viewer`'s scope; raise Denied to whom it isn't shown."""
    return _mapped(_rows(viewer, state), _least(viewer))


def graded(viewer: Viewer, state: Asked, classes: Mapping[str, str]) -> tuple[tuple[str, Group], ...]:
    """Return the clients of `classes` (a logic and stage, or a quadrant) by grade, the best first.

    Nothing where a grade holds too few to be told: what is told of the others would tell of them too.
    """
    at = {name: _BY.index(name) for name in classes}
    rows = [row for row in _rows(viewer, state) if all(row[at[n]] == value for n, value in classes.items())]
    sums = {grade: v for grade, v in _added(rows, lambda r: str(r[2])).items() if v[0] > 0}
    if any(count < _least(viewer) for count, *_ in sums.values()):
        return ()
    order = [*clients.CHOICES["grade"], ""]
    return tuple((grade, Group(*sums[grade])) for grade in order if grade in sums)


def _rows(viewer: Viewer, state: Asked) -> list[_Row]:
    own = viewer.need(_ACTION).scope in ("own", "self")
    return _own(viewer, state) if own else _published(viewer, state)


def _least(viewer: Viewer) -> int:
    return LEAST if "aggregate" in viewer.need(_ACTION).limits else 1


def _own(viewer: Viewer, state: Asked) -> list[_Row]:
    """Add up one's own clients, row by row: as many as one person serves."""
    return _grouped(listing.matching(scope.clients(viewer, _ACTION), state))


def _published(viewer: Viewer, state: Asked) -> list[_Row]:
    """Read what the night added up, less those frozen or erased at the desk since."""
    found = listing.matching(_cells(viewer, state), state)
    if viewer.may("client.held") is None:
        found = found.filter(frozen=False)
    sums = found.values_list(*_BY).annotate(Sum("clients"), Sum("assets"), Sum("revenue")).order_by()
    rows = [tuple(row) for row in sums]
    gone = listing.matching(scope.hidden(viewer, _ACTION), state)
    if "staff_id" in state.texts:
        gone = gone.filter(staff_id=state.texts["staff_id"])
    return rows + [(*row[:4], *(-(value or 0) for value in row[4:])) for row in _grouped(gone)]


def _cells(viewer: Viewer, state: Asked) -> QuerySet[BookCell]:
    if viewer.need(_ACTION).scope == "all":
        return BookCell.objects.filter(level="house")
    if "staff_id" in state.texts:
        whose = state.texts["staff_id"]
        return BookCell.objects.filter(level="staff", branch_id=viewer.branch_id, staff_id=whose)
    return BookCell.objects.filter(level="branch", branch_id=viewer.branch_id or "\0")


def _grouped(rows: QuerySet[BookClient]) -> list[_Row]:
    sums = rows.values_list(*_BY).annotate(
        number=Count("client_id"),
        assets=Sum("net_now", filter=Q(net_now__gt=UNKNOWN)),
        revenue=Sum("revenue_12m", filter=Q(revenue_12m__gt=UNKNOWN)),
    )
    return [tuple(row) for row in sums.order_by()]


def _mapped(rows: Sequence[_Row], least: int) -> SegmentMap:
    sums = _added(rows, lambda r: (r[0], r[1]))
    cells = {key: _told(value, least) for key, value in sums.items() if value[0] > 0}
    shown = [(*key, *sums[key]) for key, group in cells.items() if not group.hidden]
    by_grade = _added(rows, lambda r: (r[0], r[1], r[2]))
    grades: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for (logic, stage, grade), (count, *_) in by_grade.items():
        if count >= least and not cells[logic, stage].hidden:
            grades[logic, stage][grade] = count
    quadrants = _added(rows, lambda r: r[3])
    return SegmentMap(
        cells=cells,
        grades=grades,
        logics={k: Group(*v) for k, v in _added(shown, lambda r: r[0]).items()},
        stages={k: Group(*v) for k, v in _added(shown, lambda r: r[1]).items()},
        quadrants={k: _told(v, least) for k, v in quadrants.items() if v[0] > 0},
        total=Group(*_added(shown, lambda r: None).get(None, (0, 0.0, 0.0))),
        hidden=len(cells) - len(shown),
    )


def _added(rows: Iterable[_Row], key: Callable[[_Row], _K]) -> dict[_K, Sums]:
    found: dict[_K, Sums] = {}
    for row in rows:
        of = key(row)
        count, assets, revenue = found.get(of, (0, 0.0, 0.0))
        found[of] = (count + row[-3], assets + (row[-2] or 0.0), revenue + (row[-1] or 0.0))
    return found


def _told(sums: Sums, least: int) -> Group:
    return Group(*sums) if sums[0] >= least else Group(None, None, None)


def flows(viewer: Viewer) -> Mapping[str, tuple[Flow, ...]] | None:
    """Return who moved between classes, by classification; None for whom the night's sums hold clients that aren't theirs to see."""
    cell = viewer.need(_ACTION)
    if not _whole(viewer):
        return None
    least = LEAST if "aggregate" in cell.limits else 1
    found: dict[str, list[Flow]] = {name: [] for name in FLOWS}
    rows = BookTransition.objects.order_by("id").values_list(
        "table", "before", "after", "clients", "assets", "revenue"
    )
    for table, before, after, moved, assets, revenue in rows:
        if table in found and moved > 0:
            found[table].append(Flow(before, after, _told((moved, assets, revenue), least)))
    return {name: tuple(moves) for name, moves in found.items()}


def _whole(viewer: Viewer) -> bool:
    """Tell whether all clients of the house are within the viewer's scope: transitions are sums over all of them."""
    reach = viewer.need(_ACTION).scope
    if reach != "branch":
        return reach == "all"
    others = BookCell.objects.filter(level="branch").exclude(branch_id=viewer.branch_id)
    return bool(viewer.branch_id) and not others.exists()
