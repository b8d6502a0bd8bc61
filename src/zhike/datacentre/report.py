"""What became of a drop: file by file and table by table, in plain values that print or turn into JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from zhike.base.finding import Severity
from zhike.base.text import Said
from zhike.datacentre.store.manifest import DropEntry


@dataclass(frozen=True, slots=True)
class FileReport:
    """One table in one delivered file. `lines` = accepted + quarantined + other, always."""

    file: str
    encoding: str
    kind: str
    table: str | None
    columns: Mapping[str, str | None]
    unsure: tuple[str, ...]
    lines: int
    accepted: int
    quarantined: int
    other: int
    delimiter: str = ""
    header_line: int = 0
    confidence: float = 0.0
    why: Mapping[str, str] = field(default_factory=dict)
    proposals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scale: Mapping[str, str] = field(default_factory=dict)
    rejected: Mapping[str, Any] | None = None
    tables: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableReport:
    """What a drop brought to one table."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a run that is no problem of its data: what, where, what next. `name` is for programs."""

    name: str
    severity: str
    where: str
    zh: str
    en: str
    next_zh: str
    next_en: str

    @staticmethod
    def of(name: str, what: Said, next_: Said, *, where: str) -> Note:
        """Make a note out of its sentences."""
        return Note(name, Severity.INFO.value, where, what.zh, what.en, next_.zh, next_.en)


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did. `already`: the very drop was ingested before, nothing changed."""

    drop: str
    number: int
    name: str
    feed: str
    files: tuple[FileReport, ...]
    tables: Mapping[str, TableReport]
    findings: Mapping[str, int]
    reconciled: int = 0
    already: bool = False
    dry_run: bool = False
    notes: tuple[Note, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @staticmethod
    def from_json(value: Mapping[str, Any], **changes: Any) -> Report:
        """Restore a report from a drop's record."""
        merged = {**value, **changes}
        files = tuple(
            FileReport(
                **{**f, "unsure": tuple(f["unsure"]), "tables": {t: tuple(c) for t, c in f["tables"].items()}}
            )
            for f in merged["files"]
        )
        tables = {t: TableReport(**r) for t, r in merged["tables"].items()}
        notes = tuple(Note(**n) for n in merged.get("notes", ()))
        return Report(**{**merged, "files": files, "tables": tables, "notes": notes})

    @staticmethod
    def repeated(entry: DropEntry, record: Mapping[str, Any], notes: tuple[Note, ...] = ()) -> Report:
        """Report a drop that was delivered again: the files as they were, every row of them unchanged."""
        first = Report.from_json(record["report"])
        tables = {
            t: TableReport(0, 0, r.new + r.changed + r.unchanged, r.quarantined)
            for t, r in first.tables.items()
        }
        return Report(
            entry.id, entry.number, entry.name, entry.feed, first.files, tables, first.findings,
            already=True, notes=notes,
        )  # fmt: skip
