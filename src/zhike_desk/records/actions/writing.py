"""How an action writes: one immediate transaction, a version that must still be the one seen, a row in the log, an inverse to undo it by."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Model

from zhike.base.text import Said, say
from zhike_desk.records.masking import struck
from zhike_desk.records.models import Inverse
from zhike_desk.records.models.base import Kept
from zhike_desk.records.refusals import Conflict, Refused
from zhike_desk.records.viewer import Viewer

__all__ = [
    "Conflict",
    "Done",
    "Refused",
    "change",
    "inverse",
    "make_again",
    "one_of",
    "remove",
    "restore",
    "text",
]

KEEP_INVERSE = timedelta(minutes=30)
BULK_ROWS = 200
NOW = "@now"
"""In a stored step: the moment at which it is taken."""
_UNSEEN = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff"


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did: the number of its record, its version now, and the code to undo it by (empty: it can't be undone).

    `asked`: nothing is done yet, another person decides; `id` is then the approval's number. `warning` is a sentence for
    whoever acted. `secret` is shown once and kept nowhere (a new token, a first password).
    """

    id: str
    version: int = 1
    undo: str = ""
    rows: int = 1
    asked: bool = False
    warning: Said | None = None
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Bulk:
    """What was done to many: rows changed, the code that undoes all of it, and for each that was not, why."""

    rows: int
    undo: str
    left: tuple[tuple[str, Said], ...] = ()


def change(record: Kept, seen: int, at: datetime, /, **fields: Any) -> None:
    """Write `fields` where the record is still at the version `seen`; raise Conflict where it isn't. One UPDATE, no gap."""
    written = (
        type(record)
        ._default_manager.filter(pk=record.pk, version=seen)
        .update(version=models.F("version") + 1, changed_at=at, **fields)
    )
    if not written:
        record.refresh_from_db()
        raise Conflict(record, fields)
    record.refresh_from_db()


def inverse(viewer: Viewer, action: str, steps: Sequence[Mapping[str, Any]], at: datetime) -> str:
    """Store how the act just done is undone, step by step (`zhike_desk.records.actions.undo` takes them); return its code.

    Only its author may use the code, for half an hour.
    """
    code = secrets.token_urlsafe(18)
    Inverse.objects.create(
        code=code,
        by_id=viewer.user_id,
        action=action,
        payload={"steps": [dict(step) for step in steps]},
        made_at=at,
        until=at + KEEP_INVERSE,
    )
    return code


def plain(record: Model, names: Iterable[str]) -> dict[str, Any]:
    """Return fields of a record as JSON keeps them, by the name of their column."""
    columns = [record._meta.get_field(name) for name in names]
    return {column.attname: _plain(getattr(record, column.attname)) for column in columns}  # type: ignore[union-attr]


def restore(record: Kept, names: Iterable[str]) -> dict[str, Any]:
    """Return the step that gives fields of `record` the values they have now, once the act has raised its version by one."""
    return {
        "do": "set",
        "table": record._meta.model_name,
        "id": record.pk,
        "version": record.version + 1,
        "fields": plain(record, names),
    }


def remove(record: Kept) -> dict[str, Any]:
    """Return the step that takes a record away which an act has just made."""
    return {"do": "remove", "table": record._meta.model_name, "id": record.pk, "version": record.version}


def make_again(record: Kept) -> dict[str, Any]:
    """Return the step that makes a record again which an act is about to take away."""
    names = [f.name for f in record._meta.concrete_fields if not f.primary_key]
    return {"do": "make", "table": record._meta.model_name, "fields": plain(record, names)}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def text(value: str, most: int, what: Said, *, needed: bool = True) -> str:
    """Return `value` trimmed; refuse one that is empty where it is needed, longer than `most`, or holds characters nobody can see.

    What people write goes into the log, the inbox and the next night: who a client is has no place in it, so a telephone
    number, identity number or mail address is refused, not struck out unseen.
    """
    found = value.strip()
    if needed and not found:
        raise Refused(say(f"请填写{what.zh}。", f"Please give the {what.en}."))
    if len(found) > most:
        raise Refused(
            say(f"{what.zh}最多 {most} 个字。", f"The {what.en} may have {most} characters at the most.")
        )
    if any((ord(c) < 32 and c not in "\n\t") or c in _UNSEEN for c in found):
        raise Refused(
            say(f"{what.zh}中有不可见字符。", f"The {what.en} holds characters that can't be seen.")
        )
    if struck(found) != found:
        raise Refused(
            say(
                f"{what.zh}中请勿写入手机号、证件号或邮箱；客户资料变更请在柜台系统登记。",
                f"No telephone number, identity number or mail address in the {what.en}; changes of those belong in the counter system.",
            )
        )
    return found


def one_of(value: str, known: Iterable[str], what: Said) -> str:
    """Return `value` where it is one of `known`; refuse any other."""
    if value not in known:
        raise Refused(say(f"没有这样的{what.zh}：{value}。", f"There is no such {what.en}: {value}."))
    return value
