"""Undo: the stored inverse of an act, taken by its author alone, in time, and only while nobody has changed the record since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import IntegrityError, transaction

from zhike.base.text import Said, say
from zhike_desk.records import audit, scope
from zhike_desk.records.actions.writing import NOW, Conflict, Done, Refused, change
from zhike_desk.records.models import (
    Answer,
    Complaint,
    Contact,
    Expert,
    Inverse,
    Judgement,
    Note,
    Panel,
    SavedView,
    Setting,
    Tag,
    Task,
)
from zhike_desk.records.models.base import Kept
from zhike_desk.records.viewer import Denied, Viewer

_TABLES: dict[str, type[Kept]] = {
    table.__name__.lower(): table
    for table in (Answer, Complaint, Contact, Expert, Judgement, Note, Panel, SavedView, Setting, Tag, Task)
}
_Step = Mapping[str, Any]
_Steps = Sequence[_Step]
_GONE: Mapping[type[Kept], Said] = {
    Contact: say(
        "该联系已交给夜间运行，请改用修改。", "This contact has gone to the night; please edit it instead."
    ),
    Complaint: say(
        "该投诉已交给夜间运行，不能撤销；误登的投诉请办结为不成立。",
        "This complaint has gone to the night; one written down by mistake is closed as not upheld.",
    ),
    Answer: say(
        "该评价已交给夜间运行，不能撤销；客户改了主意就再登记一次。",
        "This answer has gone to the night; where the client thinks otherwise, write down another.",
    ),
}
"""What went to the night is no longer taken back, and what to do instead."""


def undo(code: str, *, by: Viewer, at: datetime) -> Done:
    """Take back the act that gave `code`: all its steps or none.

    Raises Denied for a code that isn't `by`'s or never was, or where a client it is about isn't `by`'s any more (handed
    over, frozen, erased); Refused where it is used or too late, Conflict where somebody has changed a record since.
    """
    by.need("undo")
    with transaction.atomic():
        found = Inverse.objects.select_for_update().filter(code=code, by_id=by.user_id).first()
        if found is None:
            raise Denied("undo")
        if found.used_at is not None:
            raise Refused(say("已经撤销过了。", "This has been undone already."))
        if at > found.until:
            raise Refused(say("已超过可撤销的时间。", "It is too late to undo this."))
        by.need(found.action)
        _require_scope(found, by)
        for (do, _), steps in groupby(found.payload["steps"], key=lambda s: (s["do"], s["table"])):
            _STEPS[do](list(steps), at)
        found.used_at = at
        found.save(update_fields=["used_at"])
        rows = len(found.payload["steps"])
        audit.append(
            by,
            "undo",
            at=at,
            kind="inverse",
            object_id=str(found.pk),
            detail={"of": found.action, "rows": rows},
        )
    return Done(str(found.pk), rows=rows)


def forget(client_id: str) -> None:
    """Drop every inverse that touches a client, used or not, in the caller's transaction: it holds what was written about them."""
    found = Inverse.objects.iterator(chunk_size=500)
    Inverse.objects.filter(pk__in=[i.pk for i in found if client_id in _clients(i)]).delete()


def sweep(at: datetime) -> int:
    """Drop inverses that nobody can use any more, since a day; return how many."""
    gone, _ = Inverse.objects.filter(until__lt=at - timedelta(days=1)).delete()
    return gone


def _require_scope(found: Inverse, by: Viewer) -> None:
    clients = _clients(found)
    if clients and scope.clients(by, found.action).filter(client_id__in=clients).count() != len(clients):
        raise Denied("undo")


def _clients(found: Inverse) -> set[str]:
    """Return the numbers of the clients whose records the steps of an inverse touch."""
    clients, rows = set(), defaultdict(list)
    for step in found.payload["steps"]:
        if step["do"] == "make":
            clients.add(step["fields"].get("client_id", ""))
        elif hasattr(_TABLES[step["table"]], "client_id"):
            rows[step["table"]].append(step["id"])
    for table, ids in rows.items():
        known = _TABLES[table]._default_manager.filter(pk__in=ids)
        clients.update(getattr(record, "client_id") for record in known)  # noqa: B009 (not every table has one)
    return clients - {""}


def _set(steps: _Steps, at: datetime) -> None:
    """Give records back what they held."""
    for step in steps:
        _set_one(step, at)


def _set_one(step: _Step, at: datetime) -> None:
    table = _TABLES[step["table"]]
    fields = {
        name: at if value == NOW else _value(table, name, value) for name, value in step["fields"].items()
    }
    record = table._default_manager.filter(pk=step["id"]).first()
    if record is None:
        raise Refused(say("原记录已不存在，无法撤销。", "The record is gone; this can't be undone."))
    if isinstance(record, Contact | Complaint | Answer) and record.delivered_in:
        raise Refused(_GONE[type(record)])
    change(record, step["version"], at, **fields)


def _remove(steps: _Steps, at: datetime) -> None:
    """Take away records that the act made, all of one table."""
    table = _TABLES[steps[0]["table"]]
    made = table._default_manager.filter(pk__in=[step["id"] for step in steps])
    standing = {record.pk: record for record in made.select_for_update()}
    for step in steps:
        record = standing.get(step["id"])
        if record is None:
            raise Refused(say("原记录已不存在，无法撤销。", "The record is gone; this can't be undone."))
        if record.version != step["version"]:
            raise Conflict(record, {"version": step["version"]})
    made.delete()


def _make(steps: _Steps, at: datetime) -> None:
    """Make records of one table again that the act took away; their versions go on rising."""
    table = _TABLES[steps[0]["table"]]
    again = []
    for step in steps:
        fields = {name: _value(table, name, value) for name, value in step["fields"].items()}
        again.append(table(**fields | {"version": fields["version"] + 1, "changed_at": at}))
    try:
        with transaction.atomic():
            table._default_manager.bulk_create(again)
    except IntegrityError as error:
        raise Refused(
            say(
                "同样的记录已被重新添加，无法撤销。",
                "The same record was added again since; this can't be undone.",
            )
        ) from error


def _value(table: type[Kept], name: str, value: Any) -> Any:
    columns = {column.attname: column for column in table._meta.concrete_fields}
    return columns[name].to_python(value)


_STEPS: dict[str, Callable[[_Steps, datetime], None]] = {"set": _set, "remove": _remove, "make": _make}
