"""Entries of a drop's own mapping.toml that matched nothing: a name written wrong, or left from another delivery.

A feed's mapping is shared by all its drops, so what one of them has no use for is nothing to be told of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from zhike.base.finding import Severity
from zhike.base.text import Said, say
from zhike.datacentre.layering import MAPPING
from zhike.datacentre.mapping import Overrides, TableOverrides, fits, normalise
from zhike.datacentre.recognising import Refused
from zhike.datacentre.reporting import finding
from zhike.datacentre.request import FileState
from zhike.datacentre.tables import TABLES

_OF_FILES = (
    "security",
    "flag",
    "scale",
)  # hold for files read as the table; the others for all rows that come to it


@dataclass(slots=True)
class _Fed:
    """What the files of a drop came to. `unopened`, `unclear`: there are files that may be any table's.

    `headers`: table that files are read as → their columns ("": files that aren't recognised); `homes`: table that rows
    come to → the columns with a source; `flagged`: those of these tables that share what is said of `trade`.
    """

    headers: dict[str, set[str]] = field(default_factory=dict)
    homes: dict[str, set[str]] = field(default_factory=dict)
    flagged: set[str] = field(default_factory=set)
    unopened: bool = False
    unclear: bool = False

    def add(self, state: FileState) -> None:
        """Take in what one file came to."""
        if isinstance(state.opened, Refused):
            self.unopened = True
            return
        what = state.opened.found.what
        if what.table is not None or what.kind == "unknown":
            self.headers.setdefault(what.table or "", set()).update(state.opened.found.header)
            self.unclear |= state.plan is None  # an entry may be meant to supply just what it lacks
        for target in state.plan.targets if state.plan else ():
            self.homes.setdefault(target.table, set()).update(target.columns)
            if state.plan and state.plan.flag is not None:
                self.flagged.add(target.table)

    def tables_of(self, table: str, part: str, key: str) -> set[str]:
        """Return the tables to whose rows an entry applies."""
        found = {table} & set(self.headers if part in _OF_FILES else self.homes)
        if table == "trade" and part in ("constant", "width"):
            found |= {t for t in self.flagged if TABLES[t].has(key)}
        return found


def unused_entries(
    own: Overrides, delivered: Sequence[str], files: Sequence[FileState]
) -> list[dict[str, Any]]:
    """Make a finding of every entry of a drop's mapping that matched nothing. `delivered`: the names of its files.

    What a file that couldn't be opened would have matched isn't known: then only the globs are judged.
    """
    names = {n for n in delivered if n != MAPPING} | {f.source for f in files}
    out = [
        _unused("files", glob, None, *_no_file(glob, names))
        for glob, _ in own.files
        if not any(fits(glob, name) for name in names)
    ]
    fed = _Fed()
    for state in files:
        fed.add(state)
    if fed.unopened:
        return out
    for table, mine in own.tables.items():
        out += _columns(table, mine, fed)
        out += [] if fed.unclear else _others(table, mine, fed)
    if not (fed.unclear or fed.flagged):
        out += [_unused("split", flag, None, *_no_flags()) for flag in own.split]
    return out


def _columns(table: str, mine: TableOverrides, fed: _Fed) -> Iterator[dict[str, Any]]:
    header = fed.headers.get(table, set()) | fed.headers.get("", set())
    known = {normalise(h) for h in header}
    for name in mine.columns:
        if normalise(name) not in known:
            yield _unused(f"{table}.columns", name, table, *_no_column(table, name, header))


def _others(table: str, mine: TableOverrides, fed: _Fed) -> Iterator[dict[str, Any]]:
    parts: dict[str, Collection[str]] = {"security": ("suffix",) if mine.suffix else ()}
    parts |= {n: getattr(mine, n) for n in ("flag", "constant", "scale", "width", "derive")}
    for part, keys in parts.items():
        for key in keys:
            tables = fed.tables_of(table, part, key)
            if not tables:
                yield _unused(f"{table}.{part}", key, table, *_no_table(table, part))
            elif part in ("scale", "width") and not _has_source(key, tables, mine, fed):
                yield _unused(f"{table}.{part}", key, table, *_no_home(table, key))


def _has_source(key: str, tables: Collection[str], mine: TableOverrides, fed: _Fed) -> bool:
    return key in mine.constant or any(key in fed.homes.get(t, ()) for t in tables)


def _unused(section: str, key: str, table: str | None, what: Said, next_: Said) -> dict[str, Any]:
    said = say(f"{what.zh}{next_.zh}", f"{what.en} {next_.en}")
    return finding(
        "unused_mapping", MAPPING, Severity.WARNING, said, table=table, column=f"[{section}] {key}"
    )


def _no_file(glob: str, names: Collection[str]) -> tuple[Said, Said]:
    what = say(f"没有文件的名称与“{glob}”相符。", f"No file's name fits '{glob}'.")
    return what, _meant(glob, names)


def _no_column(table: str, name: str, header: Collection[str]) -> tuple[Said, Said]:
    what = say(
        f"读作 {table} 的文件都没有“{name}”这一列。",
        f"No file that is read as {table} has a column '{name}'.",
    )
    return what, _meant(name, header)


def _no_table(table: str, part: str) -> tuple[Said, Said]:
    if part in _OF_FILES:
        return say(f"没有文件读作 {table}。", f"No file is read as {table}."), _INSTEAD
    return say(f"没有文件的行进入表 {table}。", f"No file brings rows to the table {table}."), _INSTEAD


def _no_home(table: str, column: str) -> tuple[Said, Said]:
    return say(
        f"没有文件给出 {table} 的 {column} 列。", f"No file gives the column {column} of {table}."
    ), _INSTEAD


def _no_flags() -> tuple[Said, Said]:
    return say("没有文件有业务标志列。", "No file has a column of business flags."), _INSTEAD


def _meant(word: str, choices: Collection[str]) -> Said:
    near = get_close_matches(word, sorted(choices), n=1, cutoff=0.5)
    if not near:
        return _INSTEAD
    return say(
        f"是否想写“{near[0]}”？否则请删去该条。", f"Did you mean '{near[0]}'? Else take the entry out."
    )


_INSTEAD = say("请改正，或删去该条。", "Correct it, or take the entry out.")
