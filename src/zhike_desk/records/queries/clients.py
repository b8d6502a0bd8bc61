"""Lists of clients: what the list engine shows of them, always within what the viewer may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, FloatField, Func, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from zhike.base.text import say
from zhike_desk.records import scope
from zhike_desk.records import staff as staff_of
from zhike_desk.records.book.wide import part_of
from zhike_desk.records.models import BookClient, BookMeasureName, BookStaff, Tag
from zhike_desk.records.queries import counts, listing, nights, reference, search
from zhike_desk.records.queries.listing import Asked, Bound, Column, Listed
from zhike_desk.records.queries.nights import Shown
from zhike_desk.records.queries.reference import Meaning
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer

CHOICES: dict[str, tuple[str, ...]] = {
    "kind": ("individual", "institution", "product"),
    "logic": ("value", "trend", "sentiment", "mixed", "insufficient"),
    "overlay": ("arbitrage", "allocation", "margin"),
    "stage": ("prospect", "developing", "growing", "mature", "declining", "dormant", "lost", "returned"),
    "grade": ("diamond", "platinum", "gold", "growth", "standard"),
    "quadrant": ("keep", "develop", "maintain", "reduce"),
    "risk_level": ("C1", "C2", "C3", "C4", "C5"),
}


def _columns() -> tuple[Column, ...]:
    return (
        Column("sort_key", say("客户", "Client"), "text", say("按姓名拼音排序。", "Sorted by the name's pinyin."), True),
        Column("kind", say("类别", "Kind"), "choice", say("个人、机构或产品户。", "Person, institution or product.")),
        Column("logic", say("盈利逻辑", "Logic"), "choice", say("客户赚钱所依的逻辑。", "The logic by which the client seeks profit.")),
        Column("overlay", say("叠加", "Beside"), "choice", say("套利、配置或两融。", "Arbitrage, allocation or margin.")),
        Column("stage", say("阶段", "Stage"), "choice", say("生命周期阶段。", "Stage of the life cycle.")),
        Column("grade", say("等级", "Grade"), "choice", say("由价值得分得出的服务等级。", "Service grade that follows from the score.")),
        Column("quadrant", say("象限", "Quadrant"), "choice", say("当前价值与潜在价值的位置。", "Where current and potential value put the client.")),
        Column("risk_level", say("风险等级", "Risk"), "choice", say("当日有效的风险测评等级。", "Risk grade in force on the day.")),
        Column("risk_valid_until", say("测评有效至", "Assessed until"), "date", say("风险测评有效的最后一天。", "Last day on which the risk assessment holds.")),
        Column("score", say("价值得分", "Value"), "number", say("各准则加权总分，0–100。", "Weighted score over all criteria, 0–100."), True),
        Column("net_now", say("净资产", "Net assets"), "money", say("截至日净资产。", "Net assets on the day."), True),
        Column("net_flow_3m", say("近3月净转入", "Net inflow, 3 m"), "money", say("近 3 个月净流入。", "Net inflow over 3 months."), True),
        Column("revenue_12m", say("近12月创收", "Revenue, 12 m"), "money", say("近 12 个月净创收。", "Net revenue over 12 months."), True),
        Column("traded_3m", say("近3月成交金额", "Value traded, 3 m"), "money", say("近 3 个月成交金额。", "Value traded in 3 months."), True),
        Column("pnl_3m", say("近3月盈亏", "Profit, 3 m"), "money", say("近 3 个月盈亏。", "Profit and loss over 3 months."), True),
        Column("twr_12m", say("近12月收益率", "Return, 12 m"), "fraction", say("近 12 个月时间加权收益率。", "Time-weighted return over 12 months."), True),
        Column("days_since_trade", say("未交易（交易日）", "Trading days without a trade"), "count", say("距上次交易的交易日数。", "Trading days since the last trade."), True),
        Column("days_since_contact", say("未联系天数", "Days without a contact"), "count", say("距上次联系到客户的自然日数；未接通不算。", "Days of the calendar since the client was last reached; attempts don't count."), True),
        Column("clv_p50", say("未来12个月贡献", "Expected 12m"), "yuan", say("未来 12 个月预期贡献（中位数）；只推算个人客户。", "Contribution expected over 12 months (median); of individuals only."), True),
        Column("opened_on", say("开户日", "Opened"), "date", say("首个账户开户日。", "Day of the first account."), True),
        Column("staff_id", say("客户经理", "Manager"), "text", say("主要服务人员。", "Who mainly serves the client.")),
    )  # fmt: skip


LISTED = Listed(
    page="clients",
    key="client_id",
    columns={c.name: c for c in _columns()},
    choices=CHOICES,
    shown=(
        "sort_key", "score", "net_now", "grade", "logic", "stage", "net_flow_3m",
        "twr_12m", "days_since_trade", "days_since_contact", "clv_p50",
    ),
    sort="-score",
    texts=("tag", "staff_id", "opt_out", "q"),
    named="pseudonym",
)  # fmt: skip


FEW = 120_000
"""Clients up to whom a measure's filter is answered from its own column: to sort more than these costs more than to look each one up."""
RARE = 5_000
"""Clients up to whom those within a bound are gathered and sorted; where more fit, a page is full before the list has come far."""
_LOOKED_AT = 4
_MOST_STAFF = 200
_ALWAYS = ("client_id", "pseudonym", "kind", "name", "phone", "staff_id", "opt_out")


@dataclass(frozen=True, slots=True)
class Row:
    """One client in a list: `key` is what its page is found by (the number, or a pseudonym), `values` its columns by name."""

    key: str
    name: str
    number: str
    phone: str
    kind: str
    values: Mapping[str, Any]
    measures: Mapping[str, float | None]
    staff: str
    opt_out: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of clients."""

    rows: tuple[Row, ...]
    newer: str
    older: str


def asked(query: Mapping[str, Sequence[str]]) -> Asked:
    """Read the state of a list of clients from its URL's query; raise Refused for what can't be understood."""
    wanted = any(name.startswith("m.") for name in query) or "col" in query
    found = listing.asked(LISTED, query, _places(nights.shown()) if wanted else ())
    # the client stands first, whatever else is chosen
    return replace(found, shown=("sort_key", *(name for name in found.shown if name != "sort_key")))


def measures() -> Mapping[str, Meaning]:
    """Return the measures one may filter by or show: those of the night that is shown, by name."""
    night = nights.shown()
    return reference.meanings(night) if night is not None else {}


def measure_called(words: str) -> str:
    """Return the name of the measure that is called so, in either language; what isn't one stays as it is."""
    words = words.strip()
    for name, measure in measures().items() if words else ():
        label = measure.label
        if words.lower() in (label.zh, label.en.lower()):
            return name
    return words


def matching(
    viewer: Viewer, state: Asked, action: str = "client.list", by: str | None = None
) -> QuerySet[BookClient]:
    """Return the clients within `viewer`'s scope that the list asks for; `by` as `listing.matching` has it."""
    rows = listing.matching(scope.clients(viewer, action), state, by)
    if "q" in state.texts:
        if action != "client.list":
            raise found_by_name()
        rows = rows.filter(client_id__in=search.matching(viewer, state.texts["q"]))
    everybody = viewer.need(action).scope == "all"
    for name, bound in state.measures.items():
        rows = rows.filter(_held_to(name, bound, few=everybody and _few(name, bound)))
    if "tag" in state.texts:
        rows = rows.filter(client_id__in=Tag.objects.filter(word=state.texts["tag"]).values("client_id"))
    if "staff_id" in state.texts:
        rows = rows.filter(staff_id=state.texts["staff_id"])
    if "opt_out" in state.texts:
        rows = rows.filter(opt_out=state.texts["opt_out"] == "1")
    return rows


def page(viewer: Viewer, state: Asked) -> Page:
    """Return one page of the clients asked for: at most five queries, however many clients there are."""
    cell = viewer.need("client.list")
    if cell.pseudonym and state.sort == "sort_key":
        usual = asked({})
        state = replace(state, sort=usual.sort, descending=usual.descending, after=None, before=None)
    wanted = {*state.shown, state.sort, *_ALWAYS}
    by = _rare(viewer, state)
    rows = matching(viewer, state, by=by).only(*wanted)
    found = listing.sliced(LISTED, rows, state, gathered=bool(by))
    ids = [r.client_id for r in found.rows]
    staff = staff_of.names({r.staff_id for r in found.rows}) if "staff_id" in state.shown else {}
    extra = measured(ids, state.extra)
    return Page(
        tuple(_row(r, cell.pseudonym, state, extra.get(r.client_id, {}), staff) for r in found.rows),
        found.newer,
        found.older,
    )


def _rare(viewer: Viewer, state: Asked) -> str:
    """Return a bounded column within whose bounds at most `RARE` clients lie; "" where the list is better followed in its order.

    Own clients are few however the list is bounded: nothing is counted for them.
    """
    many = viewer.need("client.list").scope != "own"
    for name in list(state.bounds)[:_LOOKED_AT] if many else ():
        alone = Asked(bounds={name: state.bounds[name]})
        if not listing.counted(matching(viewer, alone), RARE)[1]:
            return name
    return ""


def count(viewer: Viewer, state: Asked) -> tuple[int, bool]:
    """Count the clients asked for, up to a cap; tell whether there are more."""
    number = counts.known(viewer, state)
    if number is not None:
        return min(number, listing.COUNT_CAP), number > listing.COUNT_CAP
    return listing.counted(matching(viewer, state))


def ids(viewer: Viewer, state: Asked, most: int) -> list[str]:
    """Return the numbers of up to `most` of the clients asked for, in the list's order."""
    if "q" in state.texts:
        raise found_by_name()
    way = "-" if state.descending else ""
    found = matching(viewer, state).order_by(f"{way}{state.sort}", f"{way}client_id")
    return list(found.values_list("client_id", flat=True)[:most])


def found_by_name() -> Refused:
    """Refuse what would write what was typed, a name or a number, into logs, jobs and saved views."""
    return Refused(
        say(
            "按姓名或号码查到的名单不能整体操作、导出或保存：请勾选客户，或改用筛选条件。",
            "A list found by a name or a number can't be worked on, exported or saved as a whole: select clients, or use filters.",
        )
    )


def tags(viewer: Viewer, most: int = 200) -> list[str]:
    """Return the tags of the clients within `viewer`'s scope, by name, `most` at the most; none for who doesn't care for clients."""
    if viewer.may("care.read") is None:
        return []
    seen = scope.clients(viewer, "care.read").values("client_id")
    words = Tag.objects.filter(client_id__in=seen).order_by("word").values_list("word", flat=True)
    return list(words.distinct()[:most])


def managers(viewer: Viewer) -> list[tuple[str, str]]:
    """Return number and name of those whose clients `viewer` may narrow a list to; nobody for whose clients are all their own."""
    scope_ = viewer.need("client.list").scope
    if scope_ not in ("branch", "all"):
        return []
    found = BookStaff.objects.filter(clients__gt=0, left_on__isnull=True).order_by("branch_id", "staff_id")
    if scope_ == "branch":
        found = found.filter(branch_id=viewer.branch_id)
    return list(found.values_list("staff_id", "name")[:_MOST_STAFF])


def _row(
    client: BookClient,
    hidden: bool,
    state: Asked,
    extra: Mapping[str, float | None],
    staff: Mapping[str, str],
) -> Row:
    return Row(
        key=client.pseudonym if hidden else client.client_id,
        name=client.pseudonym if hidden else client.name,
        number="" if hidden else client.client_id,
        phone="" if hidden else client.phone,
        kind=client.kind,
        values={name: getattr(client, name) for name in state.shown},
        measures=extra,
        staff=staff.get(client.staff_id, client.staff_id),
        opt_out=client.opt_out,
    )


@cache
def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


@lru_cache(maxsize=3)
def _places(night: Shown | None) -> Mapping[str, str]:
    """Return which part of the wide table holds each measure of a night; nothing before the first."""
    if night is None:
        return {}
    rows = BookMeasureName.objects.values_list("name", "ordinal")
    return {name: part_of(ordinal) for name, ordinal in rows}


def _held_to(name: str, bound: Bound, *, few: bool) -> Q:
    """Return what holds of clients whose measure lies between two ends.

    Where it holds of few of all, they are looked for first; otherwise each client the list comes to is looked up, until the page is full.
    """
    part, ends, values = _ends(name, bound)
    if few:
        where = " AND ".join(f"{end} %s" for end in ends)
        return Q(client_id__in=RawSQL(f"SELECT client_id FROM {part} WHERE {where}", values))
    found = Q()
    for end, value in zip(ends, values, strict=True):
        found &= Q(_looked_up(part, end, value))
    return found


def _looked_up(part: str, end: str, value: float) -> Func:
    template = f"EXISTS(SELECT 1 FROM {part} m WHERE m.client_id = %(expressions)s)"
    return Func(
        F("client_id"),
        Value(value, FloatField()),
        template=template,
        arg_joiner=f" AND m.{end} ",
        output_field=BooleanField(),
    )


def _few(name: str, bound: Bound) -> bool:
    """Tell whether at most `FEW` of all clients have a measure between two ends."""
    part, ends, values = _ends(name, bound)
    where = " AND ".join(f"{end} %s" for end in ends)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {part} WHERE {where} LIMIT {FEW + 1}) few", values
        )
        return int(cursor.fetchone()[0]) <= FEW


def _ends(name: str, bound: Bound) -> tuple[str, list[str], list[float]]:
    """Return the table of a measure, its column beside each sign, the values that belong there; names are the night's own."""
    ends = [(">=", bound.low), ("<=", bound.high)]
    told = [(f"{_quoted(name)} {way}", float(end)) for way, end in ends if isinstance(end, int | float)]
    return _places(nights.shown())[name], [column for column, _ in told], [value for _, value in told]


def measured(ids: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, float | None]]:
    """Read measures of some clients, in one query: client → measure → value."""
    if not ids or not names:
        return {}
    columns = ", ".join(_quoted(n) for n in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT client_id, {columns} FROM book_measure WHERE client_id IN ({', '.join(['%s'] * len(ids))})",
            list(ids),
        )
        return {row[0]: dict(zip(names, row[1:], strict=True)) for row in cursor.fetchall()}
