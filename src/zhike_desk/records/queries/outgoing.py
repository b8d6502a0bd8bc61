"""What leaves the house of a list: its rows as a file has them, each kind of list once, and nobody who is frozen or erased.

Every line begins with a client's number (empty where a task has no client): by it a file is held back once somebody in it is frozen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs

from django.db.models import Q, QuerySet

from zhike.base.measure import UNITS
from zhike.base.text import Language, Said, say
from zhike_desk.records import masking, scope, sentences, wording
from zhike_desk.records import staff as staff_of
from zhike_desk.records.models import BookClient, BookIdentity, Task
from zhike_desk.records.queries import clients, tasks
from zhike_desk.records.queries.listing import Listed
from zhike_desk.records.queries.reference import Meaning
from zhike_desk.records.sheets import Column
from zhike_desk.records.viewer import Viewer

CHUNK = 2_000
_KINDS = {"text": "text", "choice": "text", "date": "date"}
_WHO = {"client_id": say("客户号", "Client number"), **wording.IDENTITY}
Words = Mapping[str, Mapping[str, str]]
"""How classes are called in a file: column → value → name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a list goes out: its URL's query, the unmasked fields, how classes are called, in which language."""

    query: str
    identity: Sequence[str]
    words: Words
    language: Language


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A kind of list: what so many of its rows are called, the rows that may leave, and their columns and lines."""

    says: Callable[[int], Said]
    matching: Callable[[str, Viewer, str], QuerySet[Any]]
    table: Callable[[Asked, Viewer, str], tuple[list[Column], Iterator[list[Any]]]]


def matching_clients(query: str, by: Viewer, action: str) -> QuerySet[BookClient]:
    """Return the clients of a list that may leave the house: who is frozen or erased never does."""
    state = clients.asked(parse_qs(query))
    return clients.matching(by, state, action).filter(frozen=False).exclude(client_id__in=scope.held())


def _of_clients(asked: Asked, by: Viewer, action: str) -> tuple[list[Column], Iterator[list[Any]]]:
    """Return the columns of a list and its rows: number, name, phone (unmasked where `identity` says so), then what it shows."""
    state = clients.asked(parse_qs(asked.query))
    shown = [name for name in state.shown if name != "sort_key"]
    columns = [*_who(asked), *(_column(clients.LISTED, name, asked.language) for name in shown)]
    measures = clients.measures() if state.extra else {}
    columns += [Column(_headed(measures[name], asked.language), "number") for name in state.extra]
    sign = "-" if state.descending else ""
    rows = matching_clients(asked.query, by, action).order_by(f"{sign}{state.sort}", f"{sign}client_id")
    return columns, _client_lines(rows, asked, shown, state.extra)


def _who(asked: Asked) -> list[Column]:
    return [Column(_WHO[name].in_language(asked.language), "text") for name in _named(asked.identity)]


def _named(identity: Sequence[str]) -> list[str]:
    return ["client_id", "name", "phone", *(name for name in identity if name not in ("name", "phone"))]


def _column(listed: Listed, name: str, language: Language) -> Column:
    column = listed.columns[name]
    return Column(column.title.in_language(language), cast("Any", _KINDS.get(column.kind, "number")))


def _headed(measure: Meaning, language: Language) -> str:
    """Return the heading of a measure's column: what it is called and its unit, in which the file has it as it was computed."""
    name = measure.label.in_language(language)
    unit = UNITS.get(measure.unit, say(measure.unit, measure.unit)).in_language(language)
    return say(f"{name}（{unit}）", f"{name} ({unit})").in_language(language)


def _client_lines(
    rows: QuerySet[BookClient], asked: Asked, shown: Sequence[str], extra: Sequence[str]
) -> Iterator[list[Any]]:
    columns = ["client_id", "name", "phone", *shown]
    for chunk in _chunks(rows.values_list(*columns).iterator(chunk_size=CHUNK)):
        ids = [row[0] for row in chunk]
        bare = _identities(ids, asked.identity)
        more = clients.measured(ids, extra)
        for row in chunk:
            known = dict(zip(columns[:3], row[:3], strict=True)) | bare.get(row[0], {})
            values = [asked.words.get(n, {}).get(v, v) for n, v in zip(shown, row[3:], strict=True)]
            who = [known.get(n, "") for n in _named(asked.identity)]
            yield who + values + [more.get(row[0], {}).get(n) for n in extra]


def matching_tasks(query: str, by: Viewer, action: str) -> QuerySet[Task]:
    """Return the tasks of a list that may leave the house, for who may read tasks and `action` both: none of who is frozen or erased."""
    by.need(action)
    frozen = Q(client_id__in=BookClient.objects.filter(frozen=True).values("client_id"))
    found = tasks.matching(by, tasks.asked(parse_qs(query)))
    return found.exclude(frozen | Q(client_id__in=scope.held()))


def _of_tasks(asked: Asked, by: Viewer, action: str) -> tuple[list[Column], Iterator[list[Any]]]:
    """Return the columns of a list of tasks and its rows: whose, what is to be done and why, then what it shows of when, by whom, how it stands."""
    state = tasks.asked(parse_qs(asked.query))
    shown = [name for name in state.shown if name not in ("client", "title")]
    told = [
        tasks.LISTED.columns["title"].title,
        say("说明", "Why"),
        *([_OUTCOME] if "state" in shown else []),
    ]
    columns = [*_who(asked), *(Column(said.in_language(asked.language), "text") for said in told)]
    columns += [_column(tasks.LISTED, name, asked.language) for name in shown]
    sign = "-" if state.descending else ""
    rows = matching_tasks(asked.query, by, action).order_by(f"{sign}{state.sort}", f"{sign}id")
    return columns, _task_lines(rows, asked, shown)


_OUTCOME = say("结果", "Outcome")


def _task_lines(rows: QuerySet[Task], asked: Asked, shown: Sequence[str]) -> Iterator[list[Any]]:
    for chunk in _chunks(rows.iterator(chunk_size=CHUNK)):
        ids = [row.client_id for row in chunk if row.client_id]
        named = BookClient.objects.filter(client_id__in=ids).values_list("client_id", "name", "phone")
        known = {c: {"client_id": c, "name": name, "phone": phone} for c, name, phone in named}
        bare, staff = _identities(ids, asked.identity), staff_of.names({row.staff_id for row in chunk})
        for row in chunk:
            who = known.get(row.client_id, {}) | bare.get(row.client_id, {})
            yield (
                [who.get(n, "") for n in _named(asked.identity)]
                + _told(row, asked, shown)
                + [_value(row, name, asked.words, staff) for name in shown]
            )


def _told(row: Task, asked: Asked, shown: Sequence[str]) -> list[str]:
    title = sentences.titled(row)
    reason = sentences.told(row.reason) if row.proposal_id else sentences.wrote(row.reason)
    said = [title, say("", "") if reason == title else reason]
    outcome = [masking.struck(row.outcome)] if "state" in shown else []
    return [sentence.in_language(asked.language) for sentence in said] + outcome


def _value(row: Task, name: str, words: Words, staff: Mapping[str, str]) -> Any:
    value = getattr(row, name)
    return staff.get(value, value) if name == "staff_id" else words.get(name, {}).get(value, value)


def _identities(ids: list[str], identity: Sequence[str]) -> dict[str, dict[str, str]]:
    if not identity:
        return {}
    found = BookIdentity.objects.filter(client_id__in=ids).values_list("client_id", *identity)
    return {
        row[0]: {n: "" if v is None else str(v) for n, v in zip(identity, row[1:], strict=True)}
        for row in found
    }


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    held: list[Any] = []
    for row in rows:
        held.append(row)
        if len(held) == CHUNK:
            yield held
            held = []
    if held:
        yield held


LISTS: Mapping[str, Outgoing] = {
    "clients": Outgoing(lambda n: say(f"{n} 行客户", f"{n} clients"), matching_clients, _of_clients),
    "tasks": Outgoing(lambda n: say(f"{n} 项任务", f"{n} tasks"), matching_tasks, _of_tasks),
}
