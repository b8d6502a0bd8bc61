"""What became of a drop: file by file and table by table, in plain values that print or turn into JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
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

    def after(self, came_in: Mapping[str, int]) -> FileReport:
        """Return the report as it is after so many quarantined rows of each table came in."""
        tables = {t: (a + came_in.get(t, 0), q - came_in.get(t, 0)) for t, (a, q) in self.tables.items()}
        moved = sum(came_in.values())
        return replace(
            self, accepted=self.accepted + moved, quarantined=self.quarantined - moved, tables=tables
        )


@dataclass(frozen=True, slots=True)
class TableReport:
    """What a drop brought to one table."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0

    def again(self, came_in: int) -> TableReport:
        """Return what the same drop brings a second time, so many of its rows having come in meanwhile."""
        there = self.new + self.changed + self.unchanged + came_in
        return TableReport(0, 0, there, self.quarantined - came_in)


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
    def repeated(
        entry: DropEntry,
        record: Mapping[str, Any],
        came_in: Mapping[tuple[int, str], int],
        findings: Mapping[str, int],
        notes: tuple[Note, ...] = (),
    ) -> Report:
        """Report a drop that was delivered again: every row unchanged, quarantined those that are so by now.

        `came_in`: by file and table, the rows accepted since it was taken in, less those that aren't any more.
        """
        first = Report.from_json(record["report"])
        moved: dict[str, int] = {}
        for (_, table), rows in came_in.items():
            moved[table] = moved.get(table, 0) + rows
        files = tuple(
            f.after({t: n for (file, t), n in came_in.items() if file == i})
            for i, f in enumerate(first.files)
        )
        tables = {t: r.again(moved.get(t, 0)) for t, r in first.tables.items()}
        return Report(
            entry.id, entry.number, entry.name, entry.feed, files, tables, findings, already=True, notes=notes
        )
