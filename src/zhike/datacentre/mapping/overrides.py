"""A drop's (or a feed's) own `mapping.toml`: what its columns, flags, units and files mean, checked on entry.

    [trade.columns]      成交日期 = "date"            "" or false: not data
    [trade.flag]         "证券买入" = "buy"           buy · sell · trade · cash_flow · custody · none, or
                                                    { table = "trade", side = "buy", kind = "ipo" }
    [trade.constant]     client_id = "A1"             what the file does not say
    [trade.security]     suffix = "by-code"           600000 → 600000.SH
    [trade.width]        security_id = 6              restores lost leading zeros
    [trade.derive]       amount = "price*quantity"    one of DERIVATIONS
    [quote.scale]        volume = 100                 delivered value × 100
    [split]              "银行转证券" = "cash_flow"    which table a flag's rows go to; "none": not data
    [files]              "sse_*.csv" = "index_quote"  glob on path or file name; "none": leave it out. What lies in
                                                    a.csv.gz, b.zip or c.xlsx goes by that name as well as by its
                                                    own (a.csv, b.zip/d.csv, c.xlsx#sheet); the first line that fits
    [profile]            encoding, delimiter, header_line, thousands, parentheses_negative, units, date_order

Chinese keys may stand without quotes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from fnmatch import fnmatch
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.datacentre.mapping.checking import Place, refuse, string, table_named, unknown
from zhike.datacentre.mapping.flags import FlagMeaning, Flags, builtin_flags
from zhike.datacentre.mapping.names import normalise
from zhike.datacentre.tables import TABLES

DERIVATIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "amount": frozenset({"price*quantity"}),
        "net_amount": frozenset({"amount-fees", "amount+fees", "side(amount)-fees"}),
        "quantity": frozenset({"abs(quantity)", "amount/price"}),
        "cost": frozenset({"cost*quantity"}),
        "net": frozenset({"cash+securities+funds-debt"}),
    }
)
DATE_ORDERS = ("ymd", "mdy", "dmy")
_FLAG_TABLES = ("trade", "cash_flow", "custody", "none")
_SECTIONS = ("columns", "flag", "constant", "scale", "security", "width", "derive")
_BARE_KEY = re.compile(r"(?m)(^[ \t]*|[{,][ \t]*)([^\s\"'#\[\]{}=,][^\"'#\[\]{}=,\n]*?)(?=[ \t]*=)")


@dataclass(frozen=True, slots=True)
class TableOverrides:
    """What a mapping file says of one table. `columns`: source name → canonical column, None: not data."""

    columns: Mapping[str, str | None] = field(default_factory=dict)
    flag: Mapping[str, FlagMeaning] = field(default_factory=dict)
    constant: Mapping[str, str] = field(default_factory=dict)
    scale: Mapping[str, Decimal] = field(default_factory=dict)
    width: Mapping[str, int] = field(default_factory=dict)
    derive: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""

    def over(self, other: TableOverrides) -> TableOverrides:
        """Return both together; where they differ, this one holds."""
        mine = {f.name: getattr(self, f.name) for f in fields(self)}
        theirs = {f.name: getattr(other, f.name) for f in fields(other)}
        merged = {n: {**theirs[n], **mine[n]} for n in mine if n != "suffix"}
        merged["columns"] = _merge_names(theirs["columns"], mine["columns"])
        return TableOverrides(**merged, suffix=self.suffix or other.suffix)

    def column(self, name: str) -> tuple[bool, str | None]:
        """Tell whether the source column `name` is spoken of, and its canonical column (None: not data)."""
        key = normalise(name)
        for source, target in self.columns.items():
            if normalise(source) == key:
                return True, target
        return False, None


@dataclass(frozen=True, slots=True)
class FeedProfile:
    """How a feed writes its files; None where the mapping file is silent and the reader decides."""

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    thousands: bool | None = None
    parentheses_negative: bool | None = None
    units: bool | None = None
    date_order: str | None = None

    def over(self, other: FeedProfile) -> FeedProfile:
        """Return both together; where both speak, this one holds."""
        spoken = {f.name: v for f in fields(self) if (v := getattr(self, f.name)) is not None}
        return replace(other, **spoken)


@dataclass(frozen=True, slots=True)
class Overrides:
    """A whole mapping file. Empty by default: everything is recognised from the built-in tables."""

    tables: Mapping[str, TableOverrides] = field(default_factory=dict)
    split: Mapping[str, str] = field(default_factory=dict)
    files: tuple[tuple[str, str], ...] = ()
    profile: FeedProfile = field(default_factory=FeedProfile)

    def of(self, table: str) -> TableOverrides:
        """Return what is said of `table`, empty where nothing is."""
        return self.tables.get(table, TableOverrides())

    def over(self, other: Overrides) -> Overrides:
        """Return both layers together; where they differ, this one holds (a drop's over its feed's)."""
        names = {*other.tables, *self.tables}
        return Overrides(
            tables={n: self.of(n).over(other.of(n)) for n in sorted(names)},
            split={**other.split, **self.split},
            files=self.files + tuple(f for f in other.files if f[0] not in dict(self.files)),
            profile=self.profile.over(other.profile),
        )

    def file_table(self, *names: str) -> str | None:
        """Return the table that `[files]` gives to a file by any of its names ("none": leave it out), None where silent.

        `names`: its own, and that of the delivered file it lies in (`a.csv` and `a.csv.gz`).
        """
        return next((table for pattern, table in self.files if any(fits(pattern, n) for n in names)), None)

    def flags(self, table: str) -> Flags:
        """Return the flags for a file of `table`: `[table.flag]` over `[split]` over the built-in."""
        known = builtin_flags()
        own = {flag: _moved(flag, target, known) for flag, target in self.split.items()}
        return known.with_own({**own, **self.of(table).flag})


def fits(pattern: str, name: str) -> bool:
    """Tell whether a glob of `[files]` means the file `name`: its path inside the drop, or the last part of it."""
    posix = PurePosixPath(name.replace("\\", "/"))
    return fnmatch(str(posix), pattern) or fnmatch(posix.name, pattern)


def parse_overrides(text: str, *, where: str = "mapping.toml") -> Overrides:
    """Read a mapping file's `text`; raise UsageError naming the place, what is wrong and what was meant."""
    data = _toml(text, where)
    tables: dict[str, TableOverrides] = {}
    split: dict[str, str] = {}
    globs: list[tuple[str, str]] = []
    profile = FeedProfile()
    for name, section in data.items():
        place = Place(where, name)
        if not isinstance(section, dict):
            raise refuse(
                place,
                say(
                    "这里应是一个小节，如 [trade.columns]。",
                    "This must be a section such as [trade.columns].",
                ),
            )
        if name == "split":
            split = {flag: _split_target(place / flag, target) for flag, target in section.items()}
        elif name == "files":
            globs = [
                (glob, table_named(place / glob, target, also=("none",))) for glob, target in section.items()
            ]
        elif name == "profile":
            profile = _profile(place, section)
        else:
            table_named(place, name, also=("split", "files", "profile"))
            tables[name] = _table(place, name, section)
    return Overrides(tables, split, tuple(globs), profile)


def _toml(text: str, where: str) -> dict[str, Any]:
    text = text.removeprefix("\ufeff")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        try:
            return tomllib.loads(_BARE_KEY.sub(_quoted, text))
        except tomllib.TOMLDecodeError:
            raise UsageError(
                say(f"映射文件不是有效的 TOML：{error}。", f"The mapping file is not valid TOML: {error}."),
                where=where,
                next_=say("含空格或符号的名称请加引号。", "Put quotes around names with spaces or signs."),
            ) from error


def _quoted(match: re.Match[str]) -> str:
    lead, key = match[1], match[2]
    return match[0] if key.isascii() else f'{lead}"{key}"'


def _table(place: Place, table: str, section: Mapping[str, Any]) -> TableOverrides:
    for name, part in section.items():
        if name not in _SECTIONS:
            raise unknown(place / name, name, _SECTIONS)
        if not isinstance(part, dict):
            raise refuse(place / name, say("这里应是键值对。", "This must hold keys and values."))
    parts: dict[str, Mapping[str, Any]] = {name: section.get(name, {}) for name in _SECTIONS}

    def at(part: str, column: str) -> Place:
        return _column(place / part / column, table, column)

    columns = {
        source: _target(place / "columns" / source, table, v) for source, v in parts["columns"].items()
    }
    return TableOverrides(
        columns=columns,
        flag={f: _flag(place / "flag" / f, f, v) for f, v in parts["flag"].items()},
        constant={c: _constant(at("constant", c), v) for c, v in parts["constant"].items()},
        scale={c: _scale(at("scale", c), v) for c, v in parts["scale"].items()},
        width={c: _width(at("width", c), v) for c, v in parts["width"].items()},
        derive={c: _formula(at("derive", c), c, v) for c, v in parts["derive"].items()},
        suffix=_suffix(place / "security", parts["security"]),
    )


def _column(place: Place, table: str, name: str) -> Place:
    if not TABLES[table].has(name):
        raise unknown(place, name, TABLES[table].names)
    return place


def _target(place: Place, table: str, value: object) -> str | None:
    if value is False or value == "":
        return None
    target = string(place, value)
    _column(place, table, target)
    return target


def _constant(place: Place, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return string(place, str(value) if isinstance(value, int | float) else value)


def _scale(place: Place, value: object) -> Decimal:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf"):
        return Decimal(str(value))
    raise refuse(
        place, say(f"倍数应为正数，而不是 {value!r}。", f"A scale is a positive number, not {value!r}.")
    )


def _width(place: Place, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 40:
        return value
    raise refuse(
        place,
        say(
            f"宽度应为 1 至 40 的整数，而不是 {value!r}。",
            f"A width is a whole number from 1 to 40, not {value!r}.",
        ),
    )


def _formula(place: Place, column: str, value: object) -> str:
    formula = re.sub(r"\s+", "", string(place, value))
    allowed = DERIVATIONS.get(column, frozenset())
    if formula not in allowed:
        raise unknown(place, formula, sorted(allowed))
    return formula


def _suffix(place: Place, part: Mapping[str, Any]) -> str:
    for key in part:
        if key != "suffix":
            raise unknown(place / key, key, ("suffix",))
    if "suffix" not in part:
        return ""
    value = string(place / "suffix", part["suffix"])
    if value not in ("by-code", "as-is"):
        raise unknown(place / "suffix", value, ("by-code", "as-is"))
    return value


def _flag(place: Place, flag: str, value: object) -> FlagMeaning:
    if isinstance(value, dict):
        return _flag_entry(place, flag, value)
    word = string(place, value)
    if word in ("buy", "sell"):
        known = builtin_flags().meaning(flag)
        same = known is not None and known.table == "trade" and known.side == word
        return known if same and known else FlagMeaning(flag, "trade", side=word)
    if word not in _FLAG_TABLES:
        raise unknown(place, word, ("buy", "sell", *_FLAG_TABLES))
    return _moved(flag, word, builtin_flags())


def _flag_entry(place: Place, flag: str, entry: Mapping[str, Any]) -> FlagMeaning:
    for key in entry:
        if key not in ("table", "side", "kind", "direction", "priced"):
            raise unknown(place / key, key, ("table", "side", "kind", "direction", "priced"))
    table = string(place / "table", entry.get("table", "trade"))
    if table not in _FLAG_TABLES:
        raise unknown(place / "table", table, _FLAG_TABLES)
    chosen = {key: string(place / key, entry[key]) for key in ("side", "kind", "direction") if key in entry}
    for key, value in chosen.items():
        choices = ("in", "out") if key == "direction" else _choices(table, key)
        if value not in choices:
            raise unknown(place / key, value, choices)
    priced = entry.get("priced", False)
    if not isinstance(priced, bool):
        raise refuse(place / "priced", say("应为 true 或 false。", "This must be true or false."))
    return FlagMeaning(flag, table, chosen.get("side"), chosen.get("kind"), chosen.get("direction"), priced)


def _choices(table: str, key: str) -> tuple[str, ...]:
    found = TABLES.get(table)
    return found.column(key).choices if found is not None and found.has(key) else ()


def _split_target(place: Place, value: object) -> str:
    target = string(place, value)
    if target not in _FLAG_TABLES:
        raise unknown(place, target, _FLAG_TABLES)
    return target


def _moved(flag: str, table: str, known: Flags) -> FlagMeaning:
    found = known.meaning(flag)
    return found if found is not None and found.table == table else FlagMeaning(flag, table)


def _profile(place: Place, section: Mapping[str, Any]) -> FeedProfile:
    types: Mapping[str, type] = {
        "encoding": str, "delimiter": str, "header_line": int, "thousands": bool,
        "parentheses_negative": bool, "units": bool, "date_order": str,
    }  # fmt: skip
    for key, value in section.items():
        if key not in types:
            raise unknown(place / key, key, tuple(types))
        if type(value) is not types[key]:
            raise refuse(place / key, _expected(types[key]))
    order = section.get("date_order", DATE_ORDERS[0])
    if order not in DATE_ORDERS:
        raise unknown(place / "date_order", order, DATE_ORDERS)
    if section.get("header_line", 1) < 1:
        raise refuse(place / "header_line", say("行号从 1 开始。", "Lines count from 1."))
    return FeedProfile(**section)


def _expected(wanted: type) -> Said:
    zh, en = {
        str: ("文字", "text"),
        int: ("整数", "a whole number"),
        bool: ("true 或 false", "true or false"),
    }[wanted]
    return say(f"这里应为{zh}。", f"This must be {en}.")


def _merge_names(under: Mapping[str, str | None], upper: Mapping[str, str | None]) -> dict[str, str | None]:
    keys = {normalise(n) for n in upper}
    return {**{n: t for n, t in under.items() if normalise(n) not in keys}, **upper}
