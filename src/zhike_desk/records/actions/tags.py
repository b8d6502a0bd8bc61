"""Tags: words a branch hangs on its clients; one client at a time, or up to 200 at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from zhike.base.text import Said, say
from zhike_desk.records import audit, scope
from zhike_desk.records.actions.writing import (
    BULK_ROWS,
    Bulk,
    Done,
    Refused,
    inverse,
    make_again,
    remove,
    text,
)
from zhike_desk.records.models import Tag
from zhike_desk.records.viewer import Viewer

MOST_ON_A_CLIENT = 20
WORD = say("标签", "tag")


def add(client_id: str, *, word: str, by: Viewer, at: datetime) -> Done:
    """Hang a word on a client; raise Refused where it hangs there already."""
    with transaction.atomic():
        scope.client(by, client_id, "care.write")
        done = add_many([client_id], word=word, by=by, at=at)
        for _, why in done.left:
            raise Refused(why)
        return Done(client_id, undo=done.undo)


def take_off(client_id: str, *, word: str, by: Viewer, at: datetime) -> Done:
    """Take a word off a client; raise Refused where it doesn't hang there."""
    with transaction.atomic():
        scope.client(by, client_id, "care.write")
        done = take_off_many([client_id], word=word, by=by, at=at)
        for _, why in done.left:
            raise Refused(why)
        return Done(client_id, undo=done.undo)


def add_many(client_ids: Iterable[str], *, word: str, by: Viewer, at: datetime) -> Bulk:
    """Hang a word on up to 200 clients: each is done, or told with the reason. Who isn't `by`'s is told as not found."""
    return _many(client_ids, word, by, at, "tag.add", _add)


def take_off_many(client_ids: Iterable[str], *, word: str, by: Viewer, at: datetime) -> Bulk:
    """Take a word off up to 200 clients: each is done, or told with the reason."""
    return _many(client_ids, word, by, at, "tag.remove", _take_off)


_Act = Callable[[list[str], str, Viewer, datetime], tuple[list[dict[str, Any]], Said]]


def _many(client_ids: Iterable[str], word: str, by: Viewer, at: datetime, action: str, act: _Act) -> Bulk:
    ids = list(dict.fromkeys(client_ids))
    if len(ids) > BULK_ROWS:
        raise Refused(
            say(
                f"一次最多 {BULK_ROWS} 位，更多请交后台任务。",
                f"{BULK_ROWS} at once; more of them are a job.",
            )
        )
    hung = text(word, 20, WORD)
    with transaction.atomic():
        mine = set(
            scope.clients(by, "care.write").filter(client_id__in=ids).values_list("client_id", flat=True)
        )
        steps, otherwise = act([i for i in ids if i in mine], hung, by, at)
        done = {step["client"] for step in steps}
        missing = say("没有找到该客户。", "There is no such client.")
        left = tuple((i, otherwise if i in mine else missing) for i in ids if i not in done)
        code = ""
        if steps:
            audit.append(
                by,
                action,
                at=at,
                kind="clients",
                object_id=str(len(done)),
                detail={"word": hung, "clients": sorted(done)},
            )
            code = inverse(by, "care.write", steps, at)
    return Bulk(len(done), code, left)


def _add(ids: list[str], word: str, by: Viewer, at: datetime) -> tuple[list[dict[str, Any]], Said]:
    hanging = set(Tag.objects.filter(client_id__in=ids).values_list("client_id", "word"))
    counts = Counter(client_id for client_id, _ in hanging)
    steps = []
    for client_id in ids:
        if (client_id, word) not in hanging and counts[client_id] < MOST_ON_A_CLIENT:
            made = Tag.objects.create(
                client_id=client_id, word=word, by_id=by.user_id, created_at=at, changed_at=at
            )
            steps.append(remove(made) | {"client": client_id})
    return steps, say(
        f"已有该标签，或标签已满 {MOST_ON_A_CLIENT} 个。",
        f"It hangs there already, or there are {MOST_ON_A_CLIENT} tags.",
    )


def _take_off(ids: list[str], word: str, by: Viewer, at: datetime) -> tuple[list[dict[str, Any]], Said]:
    found = list(Tag.objects.filter(client_id__in=ids, word=word))
    steps = [make_again(tag) | {"client": tag.client_id} for tag in found]
    Tag.objects.filter(pk__in=[tag.pk for tag in found]).delete()
    return steps, say("没有该标签。", "It doesn't hang there.")
