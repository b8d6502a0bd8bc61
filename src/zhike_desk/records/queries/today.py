"""The day's list: what the night proposes for one's clients, and one's own tasks that are due, in one order, an entry a client.

Proposals held back for measuring are read by no query here: not as work, not as counts. What stands on the list is what
a member of staff may do today; what may not be done today (contacted too often, refused marketing) is told with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhike.base.text import say
from zhike_desk.records import scope
from zhike_desk.records.models import BookProposal, Move, Task
from zhike_desk.records.models.care import KINDS
from zhike_desk.records.queries import entries, listing
from zhike_desk.records.queries.entries import Moment as Moment
from zhike_desk.records.queries.entries import Row
from zhike_desk.records.queries.entries import Work as Work
from zhike_desk.records.queries.listing import Asked, Column, Listed
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer

PAGE = 25
LISTED = Listed(
    page="today",
    key="client_id",
    columns={"place": Column("place", say("次序", "Order"), "number", say("清单的次序。", "The order of the list."), True)},
    choices={"kind": KINDS, "must_do": ("yes", "no")},
    shown=("place",),
    sort="place",
    texts=("staff",),
    named="proposal_id",
)  # fmt: skip
"""What the list may be narrowed to, by its address: kinds of reasons, must-do, one of the staff. Its order is its own."""
_EVERYTHING = Asked()
MOST_TASKS = 200

_Key = tuple[bool, int, str, str]


@dataclass(frozen=True, slots=True)
class Day:
    """A stretch of the day's list: its entries in order, and the cursor of what follows (empty: nothing does).

    `minutes`: what the list takes up to the stretch's end.
    """

    works: tuple[Work, ...]
    older: str
    minutes: float = 0.0


def asked(query: Mapping[str, Sequence[str]]) -> Asked:
    """Read what the list is narrowed to from the query of its URL; raise Refused for what can't be understood."""
    return listing.asked(LISTED, query)


def day(
    viewer: Viewer,
    when: Moment,
    *,
    staff: str = "",
    wanted: Asked = _EVERYTHING,
    after: str = "",
    spent: float = 0.0,
    room: float | None = None,
) -> Day:
    """Return a stretch of the day's list of `viewer`, or (for a head) of the branch or one of its staff.

    `wanted`: only entries with a reason of these kinds, or only those with (without) one that must be done; each with all its reasons.
    `room`: minutes the day has left (None: it isn't told where they end); `spent`: what the stretches before this one take of them.
    Raises Denied where the viewer has no day's list, Refused for a cursor that can't be understood.
    """
    if when.as_of is None:
        return Day((), "")
    bound = _began(viewer, after)
    standing, rest, _ = _narrowed(viewer, when.today, staff, wanted)
    leads = list(_after(_leading(rest), bound)[: PAGE + 1])
    more, leads = len(leads) > PAGE, leads[:PAGE]
    last = _key([leads[-1]]) if more else None
    found = [e for e in standing if _between(_key(e), bound, last)]
    found += _entries([], _proposals(viewer, staff, {p.client_id for p in leads}))
    alone = viewer.need("today.view").scope == "own" or bool(staff)
    works = entries.works(viewer, sorted(found, key=_key), when, named=not alone)
    works, minutes = _filled(works, spent, room)
    return Day(works, leads[-1].proposal_id if more else "", minutes)


def count(viewer: Viewer, when: Moment, wanted: Asked) -> tuple[int, bool]:
    """Count the entries of the list as it is narrowed, up to a cap; tell whether there are more."""
    if when.as_of is None:
        return 0, False
    standing, rest, cut = _narrowed(viewer, when.today, wanted.texts.get("staff", ""), wanted)
    number, more = listing.counted(rest.order_by().values("client_id").distinct())
    return number + len(standing), more or cut


def _narrowed(
    viewer: Viewer, today: date, staff: str, wanted: Asked
) -> tuple[list[list[Row]], QuerySet[BookProposal], bool]:
    """Return the entries in which tasks are, the proposals that entries without are made of, and whether there were more tasks than are read."""
    tasks = _tasks(viewer, today, staff)
    beside = _proposals(viewer, staff, {t.client_id for t in tasks if t.client_id})
    standing = [entry for entry in _entries(tasks, beside) if _fits(entry, wanted)]
    rest = proposed(viewer, staff).exclude(client_id__in=[p.client_id for p in beside])
    return standing, _fitting(rest, wanted), len(tasks) == MOST_TASKS


def _fits(entry: Sequence[Row], wanted: Asked) -> bool:
    """Tell whether an entry has a reason of the kinds wanted, and must be done or not as is wanted."""
    kinds, must = wanted.choices.get("kind", ()), wanted.choices.get("must_do", ())
    must_do = any(row.must_do for row in entry)
    return (not kinds or any(row.kind in kinds for row in entry)) and (
        len(must) != 1 or must_do == (must == ("yes",))
    )


def _fitting(rows: QuerySet[BookProposal], wanted: Asked) -> QuerySet[BookProposal]:
    """Keep the proposals of clients whose entry, made of proposals alone, fits."""
    kinds, must = wanted.choices.get("kind", ()), wanted.choices.get("must_do", ())
    mine = _untaken().filter(client_id=OuterRef("client_id"))
    if kinds:
        rows = rows.filter(Exists(mine.filter(kind__in=kinds)))
    if len(must) == 1:
        holds = Exists(mine.filter(must_do=True))
        rows = rows.filter(holds if must == ("yes",) else ~holds)
    return rows


def one(viewer: Viewer, when: Moment, *, proposal_id: str = "", task_id: int | None = None) -> Work | None:
    """Return the entry that a proposal or a task stands in, as it stands now; None where nothing of it is on the list any more."""
    row: Any = None
    if proposal_id:
        row = scope.of_clients(
            BookProposal.objects.filter(pk=proposal_id, arm="treat"), viewer, "today.view"
        ).first()
    elif task_id is not None:
        row = scope.tasks(viewer).filter(pk=task_id).first()
    if row is None:
        return None
    if row.client_id:
        tasks = list(due(viewer, when.today, "").filter(client_id=row.client_id))
        found = _entries(tasks, _proposals(viewer, "", {row.client_id}))
    else:
        found = [[row]] if row.state == "open" and row.due_on <= when.today else []
    return entries.works(viewer, found, when, named=False)[0] if found else None


def proposed(viewer: Viewer, staff: str) -> QuerySet[BookProposal]:
    """Return the proposals to be carried out that nobody has made a task of, in order of the list."""
    cell = viewer.need("today.view")
    rows = scope.of_clients(_untaken(), viewer, "today.view")
    if cell.scope == "own" or staff:
        rows = served_by(rows, viewer.staff_id if cell.scope == "own" else staff)
    else:
        rows = rows.filter(branch_id=viewer.branch_id)
    return rows.order_by("-must_do", "place", "proposal_id")


def served_by(rows: QuerySet[Any], staff: str) -> QuerySet[Any]:
    """Keep of `rows` (of a table with client and staff) those of who is served by `staff`, hand-overs since the night included."""
    standing = Move.objects.filter(ended_at__isnull=True)
    gone = standing.filter(from_staff=staff).values("client_id")
    come = standing.filter(to_staff=staff).values("client_id")
    return rows.filter(Q(staff_id=staff) & ~Q(client_id__in=gone) | Q(client_id__in=come))


def due(viewer: Viewer, today: date, staff: str) -> QuerySet[Task]:
    """Return the open tasks that are due by `today`: one's own, or the branch's."""
    rows = scope.tasks(viewer).filter(state="open", due_on__lte=today)
    if viewer.need("today.view").scope == "own":
        return rows.filter(staff_id=viewer.staff_id)
    return rows.filter(staff_id=staff) if staff else rows.filter(branch_id=viewer.branch_id)


def _untaken() -> QuerySet[BookProposal]:
    one_task = Task.objects.filter(client_id=OuterRef("client_id"), proposal_id=OuterRef("proposal_id"))
    return BookProposal.objects.filter(~Exists(one_task), arm="treat")


def _leading(rows: QuerySet[BookProposal]) -> QuerySet[BookProposal]:
    """Keep of each client's proposals the first: what must be done, else what is due first."""
    mine = _untaken().filter(client_id=OuterRef("client_id"))
    before = Q(due_on__lt=OuterRef("due_on")) | Q(
        due_on=OuterRef("due_on"), proposal_id__lt=OuterRef("proposal_id")
    )
    same = Q(must_do=OuterRef("must_do")) & before
    return rows.exclude(Exists(mine.filter(Q(must_do=True) & ~Q(must_do=OuterRef("must_do")) | same)))


def _tasks(viewer: Viewer, today: date, staff: str) -> list[Task]:
    return list(due(viewer, today, staff).order_by("-must_do", "due_on", "id")[:MOST_TASKS])


def _proposals(viewer: Viewer, staff: str, clients: set[str]) -> list[BookProposal]:
    return list(proposed(viewer, staff).filter(client_id__in=clients)) if clients else []


def _entries(tasks: Sequence[Task], proposals: Sequence[BookProposal]) -> list[list[Row]]:
    """Put what is to be done for one client together, what leads first; a task of nobody's stands alone."""
    found: dict[str, list[Row]] = {}
    rows: list[Row] = [*tasks, *proposals]
    for row in rows:
        found.setdefault(row.client_id or f"task {row.pk}", []).append(row)
    return [sorted(of, key=lambda r: (not r.must_do, r.due_on, str(r.pk))) for of in found.values()]


def _after(rows: QuerySet[BookProposal], bound: _Key | None) -> QuerySet[BookProposal]:
    """Begin after the last entry that was shown."""
    if bound is None:
        return rows
    optional, place, _, name = bound
    later = Q(place__gt=place) | Q(place=place, proposal_id__gt=name)
    return rows.filter(Q(must_do=False) & later if optional else Q(must_do=False) | later)


def _key(rows: Sequence[Row]) -> _Key:
    """Return what entries are sorted by: must-do first, of each what was put down for today before what the night proposes."""
    lead, optional = rows[0], not any(r.must_do for r in rows)
    planned = [r for r in rows if isinstance(r, Task)]
    if isinstance(lead, BookProposal) and not planned:
        return (optional, lead.place, "", lead.proposal_id)
    return (optional, 0, min(r.due_on for r in planned).isoformat(), f"{planned[0].pk:012d}")


def _between(key: _Key, low: _Key | None, high: _Key | None) -> bool:
    return (low is None or key > low) and (high is None or key <= high)


def _filled(works: tuple[Work, ...], spent: float, room: float | None) -> tuple[tuple[Work, ...], float]:
    """Mark the first entry beyond the day, where it is one of these; return the minutes up to the last of them."""
    marked = []
    for work in works:
        before, spent = spent, spent + work.minutes
        marked.append(replace(work, beyond=room is not None and before <= max(room, 0.0) < spent))
    return tuple(marked), spent


def _began(viewer: Viewer, after: str) -> _Key | None:
    """Find where the stretch begins. The cursor is the last entry's number alone: its place would tell of others' clients."""
    if not after:
        return None
    rows = BookProposal.objects.filter(proposal_id=after, arm="treat")
    last = scope.of_clients(rows, viewer, "today.view").first()
    if last is None:
        raise Refused(
            say(
                "清单的这一处已经不在了，请回到第一页。",
                "This place in the list is gone; go back to its beginning.",
            )
        )
    return _key([last])
