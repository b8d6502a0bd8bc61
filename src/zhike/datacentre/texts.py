"""What one text cell means, type by type. Slow and exact: columns call it once for each *different* text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from tomllib import loads

from zhike.datacentre.tables.definition import Column, Type

Value = str | int | bool | None
_DAY_0 = date(1970, 1, 1).toordinal()
_EARLIEST = date(1900, 1, 1)
NOTHING = frozenset({"", "-", "--", "—", "——"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text means: a storable value (None: empty) and the check it fails.

    `widened`: it was made half-width; `restored`: its leading zeros were put back.
    """

    value: Value = None
    fails: str | None = None
    widened: bool = False
    restored: bool = False


_BLANKS = " \t\r\n\u00a0\u3000"
_WIDE = re.compile("[\u3000\uff01-\uff5e\uffe0-\uffe6]")


def bared(text: str) -> str:
    """Return `text` without the blanks around it; control characters are no blanks."""
    return text.strip(_BLANKS)


def halved(text: str) -> tuple[str, bool]:
    """Return `text` without blanks around it, full-width forms normalised (NFKC); tell whether there were any.

    Other forms that NFKC would change (², ①, ½) stay: they aren't what they look like.
    """
    bare = bared(text)
    if bare.isascii() or not _WIDE.search(bare):
        return bare, False
    return _WIDE.sub(lambda wide: unicodedata.normalize("NFKC", wide[0]), bare).strip(), True


def _hidden(text: str) -> bool:
    """Tell whether a text holds control, format (bidirectional among them) or unassigned characters."""
    return not text.isprintable() and any(
        unicodedata.category(c) in ("Cc", "Cf", "Cn", "Co", "Cs") for c in text
    )


def as_text(text: str) -> Meaning:
    """Take free text as it stands."""
    bare = bared(text)
    if _hidden(bare):
        return Meaning(fails="control_character")
    return Meaning(bare or None)


_WRAPPED = re.compile('="([^"]*)"')  # how Excel is kept from eating zeros
_FLOAT = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+|[+-]?\d+\.\d*")


def as_code(text: str) -> Meaning:
    """Take an identifier: never a float, no hidden characters."""
    bare, widened = halved(text)
    wrapped = _WRAPPED.fullmatch(bare)
    bare = wrapped[1] if wrapped else bare
    if _hidden(bare):
        return Meaning(fails="control_character")
    if _FLOAT.fullmatch(bare):
        return Meaning(bare, fails="identifier_as_float")
    return Meaning(bare or None, widened=widened)


def padded(meaning: Meaning, width: int) -> Meaning:
    """Restore the leading zeros of an identifier of digits to the width that a mapping declares."""
    code = meaning.value
    if (
        not isinstance(code, str)
        or meaning.fails
        or len(code) >= width
        or not (code.isascii() and code.isdigit())
    ):
        return meaning
    return Meaning(code.zfill(width), widened=meaning.widened, restored=True)


_DATE = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d{2})(\d{2})|年(\d{1,2})月(\d{1,2})日)")
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?|(\d{2})(\d{2})(\d{2})(?:\d{2,3})?|(\d)(\d{2})(\d{2})"
)
_ZONE = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")


def _day(text: str) -> int | None:
    """Return the day number (since 1970-01-01) of a date at the whole of `text`, or None."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, _, m1, d1, m2, d2, m3, d3 = found.groups()
    try:
        day = date(int(year), int(m1 or m2 or m3), int(d1 or d2 or d3))
    except ValueError:
        return None
    return day.toordinal() - _DAY_0 if day >= _EARLIEST else None


_ORDERED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")


def reordered(values: Sequence[str], order: str) -> Sequence[str]:
    """Write dates that a feed gives day or month first (`order` dmy or mdy) year first; leave everything else."""
    if order == "ymd":
        return values
    form = r"\4-\3-\1" if order == "dmy" else r"\4-\1-\3"
    return [_ORDERED.sub(form, v, count=1) for v in values]


def _second(text: str) -> int | None:
    """Return the second of the day of a clock time, or None."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    parts = [int(p) for p in found.groups() if p is not None]
    hour, minute, second = parts[0], parts[1], parts[2] if len(parts) > 2 else 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour * 3600 + minute * 60 + second


def _parts(text: str) -> tuple[str, str]:
    """Split a date from the clock time behind it (blank, `T`, or the 14-digit form)."""
    if len(text) == 14 and text.isdigit():
        return text[:8], text[8:]
    day, _, clock = text.replace("T", " ", 1).partition(" ")
    return day, _ZONE.sub("", clock.strip())


def as_date(text: str) -> Meaning:
    """Take a date; a clock time behind it is left to the time column."""
    bare, widened = halved(text)
    if bare in NOTHING:
        return Meaning()
    day, clock = _parts(bare)
    number = _day(day)
    if number is None or (clock and _second(clock) is None):
        return Meaning(fails="not_a_date")
    return Meaning(number, widened=widened)


def as_time(text: str) -> Meaning:
    """Take a clock time, in milliseconds of the day; of a date with a time, the time."""
    bare, widened = halved(text)
    if bare in NOTHING:
        return Meaning()
    day, clock = _parts(bare)
    if clock:
        second = _second(clock) if _day(day) is not None else None
    else:
        second = _second(_ZONE.sub("", day))
    return Meaning(fails="not_a_time") if second is None else Meaning(second * 1000, widened=widened)


def as_stamp(text: str) -> Meaning:
    """Take a date and time, in milliseconds since 1970-01-01 (a date alone is its midnight)."""
    bare, widened = halved(text)
    if bare in NOTHING:
        return Meaning()
    day, clock = _parts(bare)
    number, second = _day(day), _second(clock) if clock else 0
    if number is None or second is None:
        return Meaning(fails="not_a_date")
    return Meaning((number * 86_400 + second) * 1000, widened=widened)


def as_month(text: str) -> Meaning:
    """Take a month (2025-03, 202503, 2025年3月, or any date in it) as the day number of its first day."""
    bare, widened = halved(text)
    if bare in NOTHING:
        return Meaning()
    found = re.fullmatch(r"(\d{4})(?:[-/.]?(\d{2})|[-/.](\d)|年(\d{1,2})月)", bare)
    if found:
        bare = f"{found[1]}-{found[2] or found[3] or found[4]}-1"
    number = _day(_parts(bare)[0])
    if number is None:
        return Meaning(fails="not_a_date")
    first = date.fromordinal(number + _DAY_0).replace(day=1)
    return Meaning(first.toordinal() - _DAY_0, widened=widened)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    """Load the words that stand for choices (`choices.toml`), by column name or `table.column`."""
    content: Mapping[str, Mapping[str, str]] = loads(
        resources.files("zhike.datacentre").joinpath("choices.toml").read_text("utf-8")
    )
    return content


def as_bool(text: str) -> Meaning:
    """Take yes or no."""
    bare, widened = halved(text)
    if bare in NOTHING:
        return Meaning()
    word = _words()["bool"].get(bare.lower())
    return Meaning(fails="not_a_yes_or_no") if word is None else Meaning(word == "true", widened=widened)


def as_currency(text: str) -> Meaning:
    """Take a currency by its ISO 4217 code, or by the names that counters print."""
    code = as_code(text)
    if not isinstance(code.value, str):
        return code
    return Meaning(_words()["currency"].get(code.value.lower(), code.value.upper()), code.fails, code.widened)


def choice_reader(table: str, column: Column) -> Callable[[str], Meaning]:
    """Return the reader for a closed list: the list's own words, or those that `choices.toml` gives for them."""
    known = {c.lower(): c for c in column.choices}
    words = {**_words().get(column.name, {}), **_words().get(f"{table}.{column.name}", {})}
    known.update({w.lower(): c for w, c in words.items() if c in column.choices})

    def as_choice(text: str) -> Meaning:
        bare, widened = halved(text)
        if not bare:
            return Meaning()
        found = known.get(bare.lower())
        return Meaning(fails="not_a_choice") if found is None else Meaning(found, widened=widened)

    return as_choice


_READERS: Mapping[Type, Callable[[str], Meaning]] = {
    Type.CODE: as_code,
    Type.TEXT: as_text,
    Type.JSON: as_text,
    Type.DATE: as_date,
    Type.TIME: as_time,
    Type.STAMP: as_stamp,
    Type.MONTH: as_month,
    Type.BOOL: as_bool,
}


def reader_of(table: str, column: Column) -> Callable[[str], Meaning]:
    """Return the function that reads one text for `column`; numbers are read elsewhere (columns.py)."""
    if column.name == "currency":
        return as_currency
    return choice_reader(table, column) if column.type is Type.CHOICE else _READERS[column.type]
