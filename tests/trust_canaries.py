"""Canaries: the values that name a client, planted or in the book, and where a text holds one; and a client about whom much was written."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote

import trust_ground as ground
from people import PEOPLE
from zhike_desk.records.models import BookClient, BookIdentity, BookStaff

PHONE, CARD = "13912345678", "310101199001011234"


def canaries() -> list[str]:
    """Return every name, phone, number, mail address of a client, and every name's pinyin; staff may share a name."""
    staff = set(BookStaff.objects.values_list("name", flat=True)) | {p.name for p in PEOPLE.values()}
    rows = BookIdentity.objects.values_list("name", "phone", "id_number", "email")
    values = {value for row in rows for value in row if len(value) > 1}
    values |= {key for key in BookClient.objects.values_list("sort_key", flat=True) if " " in key}
    return [*sorted(values - staff), PHONE, CARD]


def found(text: str, marks: list[str]) -> list[str]:
    """Return the canaries in a text, as it is, as an address or JSON writes it, and in what of it is base64."""
    plain = [text, unquote(text), *_decoded(text)]
    whole = "\n".join([*plain, *map(_unescaped, plain)])
    return [mark for mark in marks if mark in whole]


def _decoded(text: str) -> Iterator[str]:
    for word in set(re.findall(r"[A-Za-z0-9_-]{12,}", text)):
        try:
            yield base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue


def _unescaped(text: str) -> str:
    """Read what JSON writes in ASCII: a name comes as \\u5f20\\u4e09."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


def busy() -> dict[str, str]:
    """Give Alice's client a note, a task and a contact that name them; return what addresses are filled in with."""
    client_id, alice = ground.targets()["alice's"], ground.viewers()["alice"]
    words = (
        f"换了手机 {PHONE}，证件 {CARD}"  # refused by every action; here it lies in the tables all the same
    )
    task = ground.task(alice, client_id, title=words, reason=words)
    ground.note(alice, client_id, words)
    contact = ground.contact(alice, client_id, outcome=f"打 {PHONE}")
    told = ground.complaint(alice, client_id, category=f"态度 {PHONE}", outcome=words)
    ids = {
        "task": str(task.pk), "task_id": str(task.pk), "contact": str(contact.pk), "complaint_id": str(told.pk),
        "<int>": str(task.pk),
    }  # fmt: skip
    return {"client_id": client_id, "key": client_id, "<string>": client_id, **ids}
