"""What columns of an uploaded file are that nobody knew: chosen from a list, written into its mapping."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from zhike.base.text import say
from zhike.datacentre.tables import TABLES, Table
from zhike_desk.records.refusals import Refused
from zhike_desk.ui.speech import told


@dataclass(frozen=True, slots=True)
class Pick:
    """One column nobody knew: its file, its name there, what it was guessed to be, what it can be as (value, words)."""

    file: str
    source: str
    guesses: str
    options: Sequence[tuple[str, str]]


def picks(files: Iterable[dict[str, Any]]) -> list[Pick]:
    """Return the columns that are unsure or not used of files whose table is known, one for each table and name."""
    found: dict[tuple[str, str], Pick] = {}
    for file in files:
        table = TABLES.get(file.get("table") or "")
        if table is None:
            continue
        unused = [source for source, ours in file["columns"].items() if not ours]
        for source in dict.fromkeys([*file["unsure"], *unused]):
            guesses = "、".join(file["proposals"].get(source, ()))
            pick = Pick(file["file"], source, guesses, _options(table, source))
            found.setdefault((table.name, source), pick)
    return list(found.values())


def _options(table: Table, source: str) -> list[tuple[str, str]]:
    none = (_value(table.name, "", source), told("不采用", "not used"))
    columns = [(c.name, told(c.zh.partition("。")[0], c.meaning.partition(".")[0])) for c in table.columns]
    return [none, *((_value(table.name, name, source), f"{words} · {name}") for name, words in columns)]


def _value(table: str, column: str, source: str) -> str:
    return f"{table}/{column}/{source}"


def mapped(text: str, chosen: Iterable[str]) -> str:
    """Write what was chosen (values of options; empty: nothing) into a mapping, below the section it belongs to.

    What else stands in the mapping, comments too, stays. Raises Refused for a column there is none of.
    """
    lines = text.splitlines()
    for value in chosen:
        if not value:
            continue
        name, _, rest = value.partition("/")
        column, _, source = rest.partition("/")
        table = TABLES.get(name)
        if table is None or not source or (column and not table.has(column)):
            raise Refused(say(f"没有这一列：{value[:80]}", f"There is no such column: {value[:80]}"))
        head = f"[{name}.columns]"
        if head not in (line.strip() for line in lines):
            lines += ([""] if lines else []) + [head]
        at = next(n for n, line in enumerate(lines) if line.strip() == head)
        lines.insert(at + 1, f"{_quoted(source)} = {_quoted(column)}")
    return "\n".join(lines) + "\n" if lines else ""


def _quoted(text: str) -> str:
    """Write a TOML string: JSON's are, all of them."""
    return json.dumps(text, ensure_ascii=False)
