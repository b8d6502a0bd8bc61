"""One client, whole: who they are, what the night concluded and why, what is due, what the desk knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.db.models import CharField, Count, Exists, Max, OuterRef, QuerySet, Value
from django.db.models.functions import JSONObject

from zhike.base.text import Said, say
from zhike_desk.records import prepared, scope, sentences, settings
from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.book.detailed import Detail, unpack
from zhike_desk.records.book.series import AssetDay
from zhike_desk.records.masking import struck
from zhike_desk.records.models import (
    Assessment,
    BookClient,
    BookProposal,
    Complaint,
    Consent,
    Contact,
    Move,
    Setting,
    Tag,
    Task,
)
from zhike_desk.records.queries import bonds, client_money, peers, timeline
from zhike_desk.records.queries.nights import Shown
from zhike_desk.records.reaching import last_reached, missed
from zhike_desk.records.viewer import Viewer

_TASKS = 50
NOTHING = say("", "")
NONE_HELD = client_money.Held((), 0, 0.0, None)
NO_STREAM = timeline.Stream((), "")


@dataclass(frozen=True, slots=True)
class Duty:
    """Something due with a client: a proposal of the night (`proposal_id`), or a task at the desk (`task_id`, its `version`)."""

    kind: str
    title: Said
    reason: Said
    due_on: date
    must_do: bool
    minutes: float
    proposal_id: str = ""
    suitability: Said = NOTHING
    task_id: int = 0
    version: int = 0
    staff_id: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A complaint written down at the desk and still open."""

    id: int
    version: int
    category: str
    severity: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """What a client said of one kind of consent: given or refused, since when, on what evidence."""

    given: bool
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Assessed:
    """A risk assessment written down at the desk; `gone`: it has gone to the night."""

    level: str
    on: date
    gone: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in short lists about a client: the night's staff and proposals, the desk's own entries.

    Tags are (number, word); consents say by kind what the client said; `contacted_on` is the day the client was last reached, by the night or at the
    desk, `attempts` counts the desk's since then; `moved_to` is who took the client over; `shown` says from
    where on the branch has things pointed out; `assessed` is the newest risk assessment of the desk's own.
    """

    staff: tuple[bonds.Server, ...] = ()
    proposals: tuple[Duty, ...] = ()
    tags: tuple[tuple[int, str], ...] = ()
    tasks: tuple[Duty, ...] = ()
    consents: Mapping[str, Answered] | None = None
    contacted_on: date | None = None
    attempts: int = 0
    shown: settings.Shown = field(default_factory=settings.Shown)
    moved_to: str = ""
    complaints: tuple[Held, ...] = ()
    assessed: Assessed | None = None


@dataclass(frozen=True, slots=True)
class Portrait:
    """All that a client's page shows. `key` is what the page is found by; `row` holds the classes, scores and figures of lists.

    `number`, `phone` and `region` are empty for who sees pseudonyms; `evidence` (trait → what it adds to the logic) and `points`
    (criterion → points) keep the order they were written in. `details`: how sure the measures of `DETAILED` are.
    """

    key: str
    name: str
    number: str
    phone: str
    row: BookClient
    evidence: Mapping[str, float]
    points: Mapping[str, float]
    measures: Mapping[str, float | None]
    details: Mapping[str, Detail]
    attributions: tuple[client_money.Attribution, ...]
    expected: tuple[client_money.Expected, ...]
    compared: tuple[peers.Compared, ...] = ()
    assets: tuple[AssetDay, ...] = ()
    held: client_money.Held = NONE_HELD
    links: tuple[bonds.Link, ...] = ()
    written: Written = field(default_factory=Written)
    stream: timeline.Stream = NO_STREAM

    def measure(self, name: str) -> float | None:
        """Return a measure; None where the night doesn't have it or it isn't known."""
        return self.measures.get(name)

    def figure(self, name: str) -> float | None:
        """Return a figure of the list's row; None where it isn't known."""
        value = getattr(self.row, name)
        return None if value is None or value == UNKNOWN else float(value)

    @property
    def opted_out(self) -> bool:
        """Tell whether the client refused marketing: by what the desk last wrote down, else by the files."""
        said = (self.written.consents or {}).get("marketing")
        return self.row.opt_out if said is None else not said.given

    @property
    def assessed(self) -> Assessed | None:
        """Return the risk assessment written down here that the night doesn't know yet; None where it does, or a later one."""
        ours, known = self.written.assessed, self.row.risk_assessed_on
        if ours is None or (known is not None and known > ours.on):
            return None
        return None if (known, self.row.risk_level) == (ours.on, ours.level) else ours


def portrait(viewer: Viewer, key: str, night: Shown) -> Portrait:
    """Return a client by number (or pseudonym); raise Denied where `viewer` may not see them, or there is none. Ten queries."""
    found = explained(viewer, key)
    row, money = found.row, viewer.may("client.money") is not None
    return replace(
        found,
        compared=peers.compared(row, found.measures, night),
        assets=client_money.assets(row) if money else (),
        held=client_money.holdings(row) if money else NONE_HELD,
        links=bonds.links(viewer, row),
        written=written(viewer, row, night.as_of),
        stream=timeline.of_client(viewer, row, night),
    )


def explained(viewer: Viewer, key: str) -> Portrait:
    """Return of a client what the figures and classes of lists follow from, the rest of the page empty; raise Denied as `portrait`. Three queries."""
    row = scope.client(viewer, key)
    hidden = viewer.need("client.view").pseudonym
    values, details = measures(row.client_id)
    gained, expected = client_money.outlook(row) if viewer.may("client.money") is not None else ((), ())
    return Portrait(
        key=row.pseudonym if hidden else row.client_id,
        name=row.pseudonym if hidden else row.name,
        number="" if hidden else row.client_id,
        phone="" if hidden else row.phone,
        row=row,
        evidence=json.loads(row.logic_evidence),
        points=json.loads(row.criteria),
        measures=values,
        details=details,
        attributions=gained,
        expected=expected,
    )


def attributed(viewer: Viewer, key: str) -> tuple[tuple[client_money.Attribution, ...], float]:
    """Return a client's profit by window, shortest first, and the securities they hold, CNY; raise Denied for a client that isn't `viewer`'s to see."""
    row = scope.client(viewer, key, "client.money")
    return client_money.outlook(row)[0], measures(row.client_id)[0].get("stocks_now") or 0.0


@dataclass(frozen=True, slots=True)
class Care:
    """What staff's acts change of a client's page."""

    written: Written
    stream: timeline.Stream


def care(viewer: Viewer, key: str, night: Shown) -> Care:
    """Return what staff's acts change of a client's page; raise Denied for a client that isn't `viewer`'s to see. Three queries."""
    row = scope.client(viewer, key)
    return Care(written(viewer, row, night.as_of), timeline.of_client(viewer, row, night))


_MEASURED = (
    "SELECT d.details, m.* FROM book_measure m LEFT JOIN book_detail d ON d.client_id = m.client_id"
    " WHERE m.client_id = %s"
)


def measures(client_id: str) -> tuple[Mapping[str, float | None], Mapping[str, Detail]]:
    """Return every measure of a client by name, and how sure those of `DETAILED` are; empty where there is no row. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_MEASURED, [client_id])
        row = cursor.fetchone()
        names = [column[0] for column in cursor.description]
    if not row:
        return {}, {}
    return dict(zip(names[2:], row[2:], strict=True)), unpack(bytes(row[0])) if row[0] is not None else {}


def written(viewer: Viewer, client: BookClient, as_of: date) -> Written:
    """Return what stands in short lists about a client by the night of `as_of`, as far as `viewer` may read it; one query over ten tables.

    Of the night's proposals those are left out that are held back, or are a task already.
    """
    care, consent = viewer.may("care.read") is not None, viewer.may("consent.read") is not None
    told = prepared.rows(_parts, care, consent, client_id=client.client_id)
    return _written(told, client.days_since_contact, as_of)


def _parts(care: bool, consent: bool, *, client_id: str) -> QuerySet[Any, tuple[Any, ...]]:
    of = {"client_id": client_id}
    parts = [
        _plain("staff", bonds.serving(client_id), **{n: n for n in bonds.SERVING}),
        _plain("move", Move.objects.filter(**of, ended_at__isnull=True), to="to_staff"),
        _plain("shown", Setting.objects.filter(name__startswith="shown."), name="name", whole="value"),
    ]
    if care:
        taken = Task.objects.filter(**of).exclude(proposal_id="").values("proposal_id")
        proposed = BookProposal.objects.filter(**of).exclude(arm="hold").exclude(proposal_id__in=taken)
        said = Contact.objects.filter(**of, undone_at__isnull=True)
        reached, tried = said.exclude(missed()), said.filter(missed())
        last = reached.values("client_id").annotate(last=Max("at"))
        since = tried.exclude(Exists(reached.filter(at__gt=OuterRef("at")))).values("client_id")
        still = Complaint.objects.filter(**of, undone_at__isnull=True, closed_at__isnull=True)
        parts += [
            _plain("proposal", proposed, **{n: n for n in _OF_PROPOSAL}),
            _plain("tag", Tag.objects.filter(**of), id="id", word="word"),
            _plain("task", Task.objects.filter(**of, state="open"), **{n: n for n in _OF_TASK}),
            _plain("contact", last, at="last"),
            _plain("attempts", since.annotate(n=Count("pk"), last=Max("at")), n="n", at="last"),
            _plain("complaint", still, **{n: n for n in _OF_COMPLAINT}),
        ]
    if care or consent:
        newest = Consent.objects.filter(**of).values("kind").annotate(newest=Max("id")).values("newest")
        answer = {"kind": "kind", "given": "given", "at": "created_at", "reason": "reason"}
        parts.append(_plain("consent", Consent.objects.filter(id__in=newest), **answer))
        last_made = (
            Assessment.objects.filter(**of).values("client_id").annotate(newest=Max("id")).values("newest")
        )
        made = {"level": "level", "on": "assessed_on", "gone": "delivered_in"}
        parts.append(_plain("assessed", Assessment.objects.filter(id__in=last_made), **made))
    return parts[0].union(*parts[1:], all=True)


_OF_TASK = (
    "id",
    "version",
    "kind",
    "title",
    "reason",
    "due_on",
    "must_do",
    "minutes",
    "staff_id",
    "proposal_id",
)
_OF_COMPLAINT = ("id", "version", "category", "severity", "opened_at")
_OF_PROPOSAL = ("proposal_id", "kind", "reason", "suitability", "due_on", "must_do", "minutes", "staff_id")


def _plain(what: str, rows: QuerySet[Any], **columns: str) -> QuerySet[Any]:
    told = rows.annotate(what=Value(what, CharField()), told=JSONObject(**columns))
    plain: QuerySet[Any] = told.order_by().values_list("what", "told")
    return plain


def _written(rows: list[tuple[Any, ...]], days_since: float, as_of: date) -> Written:
    by: dict[str, list[dict[str, Any]]] = {}
    for what, told in rows:
        by.setdefault(what, []).append(told)
    tasks = [_duty(t) for t in by.get("task", [])]
    proposed = [_duty(p) for p in by.get("proposal", [])]
    reached_on = last_reached(days_since, as_of, map(_day, by.get("contact", [])))
    return Written(
        staff=bonds.servers(by.get("staff", [])),
        proposals=tuple(sorted(proposed, key=lambda d: (not d.must_do, d.due_on, d.proposal_id))),
        tags=tuple(sorted((int(t["id"]), str(t["word"])) for t in by.get("tag", []))),
        tasks=tuple(sorted(tasks, key=lambda d: (not d.must_do, d.due_on, d.task_id))[:_TASKS]),
        consents={
            c["kind"]: Answered(bool(c["given"]), _moment(c["at"]), struck(c["reason"]))
            for c in by.get("consent", [])
        },
        shown=settings.of((str(s["name"]), int(s["whole"])) for s in by.get("shown", [])).shown,
        contacted_on=reached_on,
        attempts=sum(a["n"] for a in by.get("attempts", []) if reached_on is None or _day(a) >= reached_on),
        moved_to=str(by["move"][0]["to"]) if "move" in by else "",
        assessed=next((_assessed(a) for a in by.get("assessed", [])), None),
        complaints=tuple(sorted((_held(c) for c in by.get("complaint", [])), key=lambda c: c.opened_at)),
    )


def _day(told: dict[str, Any]) -> date:
    return scope.day_of(_moment(told["at"]))


def _assessed(told: dict[str, Any]) -> Assessed:
    return Assessed(told["level"], date.fromisoformat(told["on"]), bool(told["gone"]))


def _held(told: dict[str, Any]) -> Held:
    moment = _moment(told["opened_at"])
    return Held(told["id"], told["version"], struck(told["category"]), told["severity"], moment)


def _duty(told: dict[str, Any]) -> Duty:
    return Duty(
        kind=told["kind"],
        title=sentences.title_of(told.get("title") or "", told["reason"], told["proposal_id"]),
        reason=sentences.told(told["reason"]),
        due_on=date.fromisoformat(told["due_on"]),
        must_do=bool(told["must_do"]),
        minutes=told["minutes"],
        proposal_id=told["proposal_id"],
        suitability=sentences.told(told.get("suitability", "")),
        task_id=told.get("id", 0),
        version=told.get("version", 0),
        staff_id=told["staff_id"],
    )


def _moment(text: str) -> datetime:
    """Read a moment as a database writes it into JSON; without an offset it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
