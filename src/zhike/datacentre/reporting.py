"""Putting what happened to a file into words and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhike.base.errors import InputRejected
from zhike.base.finding import Severity
from zhike.base.text import Said, say
from zhike.datacentre.catalogue import check
from zhike.datacentre.checks.continuity import Ints
from zhike.datacentre.plan import Plan
from zhike.datacentre.recognising import Opened, Refused
from zhike.datacentre.report import FileReport, TableReport
from zhike.datacentre.request import FileState
from zhike.datacentre.settle import Settled
from zhike.datacentre.store.copies import Copied


def finding(
    name: str,
    source: str,
    severity: Severity,
    said: Said | None = None,
    *,
    table: str | None = None,
    line: int | None = None,
    column: str | None = None,
    value: str | None = None,
    count: int = 1,
) -> dict[str, Any]:
    """Make a row of the findings file; without `said` the catalogue's sentence holds."""
    return {
        "check": name, "table": table, "source": source, "line": line, "column": column, "value": value,
        "severity": severity.value, "count": count, "zh": said.zh if said else None, "en": said.en if said else None,
    }  # fmt: skip


def refusal(source: str, plan: Plan | None, rejected: InputRejected) -> dict[str, Any]:
    """Make the finding of a file (or column) that was refused as a whole."""
    zh, en = rejected.what.zh, rejected.what.en
    if rejected.next is not None:
        zh, en = f"{zh} {rejected.next.zh}", f"{en} {rejected.next.en}"
    table = plan.targets[0].table if plan else None
    return finding(
        rejected.check,
        source,
        Severity.ERROR,
        Said(zh, en),
        table=table,
        line=rejected.line,
        column=rejected.column,
    )


def notes_of(opened: Opened) -> list[dict[str, Any]]:
    """Make the findings that recognising a file gave rise to."""
    found, what = opened.found, opened.found.what
    out = [
        finding(n.check, found.source, Severity.INFO, n.said, line=n.line, column=n.column)
        for n in opened.notes
    ]
    if what.table is None and what.kind == "unknown":
        out.append(finding("unknown_file", found.source, Severity.ERROR, line=found.header_line or None))
    elif what.table is None:
        out.append(finding("no_table", found.source, Severity.INFO, what.why))
    out += [
        finding(
            "unsure_columns",
            found.source,
            Severity.WARNING,
            table=what.table,
            line=found.header_line or None,
            column=c,
        )
        for c in what.unsure
    ]
    return out


def copies(source: str, table: str, copied: Copied, beside: Sequence[str]) -> dict[str, Any]:
    """Make the finding of a file's rows that are in earlier files of the drop (`beside`) too, and held once."""
    rule = check("rows_in_two_files")
    zh, en = "、".join(beside), ", ".join(beside)
    said = say(
        f"{copied.rows} 行没有自己的编号，且与 {zh} 中的相同，只保留一份。",
        f"{copied.rows} rows without a number of their own are in {en} too, and are kept once.",
    )
    next_ = rule.next_ or say("", "")
    return finding(
        rule.name, source, rule.severity, say(f"{said.zh}{next_.zh}", f"{said.en} {next_.en}"),
        table=table, line=copied.line, count=copied.rows,
    )  # fmt: skip


_SHOWN = 200


def broken_balances(plan: Plan, found: Sequence[tuple[Ints, Ints]]) -> list[dict[str, Any]]:
    """Make findings of lines where balances of cash or holdings break: the first ones each, the others counted in one."""
    cash = [int(line) for lines, _ in found for line in lines]
    held = [int(line) for _, lines in found for line in lines]
    return _breaks("cash_discontinuous", "cash_after", plan, cash) + _breaks(
        "quantity_discontinuous", "quantity_after", plan, held
    )


def _breaks(name: str, column: str, plan: Plan, lines: Sequence[int]) -> list[dict[str, Any]]:
    source = next((plan.header[t.columns[column]] for t in plan.targets if column in t.columns), column)
    where: dict[str, Any] = {"table": plan.targets[0].table, "column": source}
    ordered = sorted(lines)
    out = [finding(name, plan.source, Severity.WARNING, line=n, **where) for n in ordered[:_SHOWN]]
    rest = ordered[_SHOWN:]
    if rest:
        out.append(finding(name, plan.source, Severity.WARNING, line=rest[0], count=len(rest), **where))
    return out


def file_report(state: FileState) -> FileReport:
    """Account for every line of one file."""
    opened = state.opened
    if isinstance(opened, Refused):
        return FileReport(
            opened.source,
            "",
            "unknown",
            None,
            {},
            (),
            opened.lines,
            0,
            opened.lines,
            0,
            rejected=_refused(opened.rejected),
        )
    found, what = opened.found, opened.found.what
    lines, accepted, quarantined, other = _account(state, opened)
    tables: dict[str, tuple[int, int]] = {}
    for done in state.done:
        for table, (a, q) in done.by_table.items():
            before = tables.get(table, (0, 0))
            tables[table] = (before[0] + a, before[1] + q)
    return FileReport(
        found.source, found.encoding, what.kind, what.table, dict(what.columns), what.unsure,
        lines, accepted, quarantined, other,
        delimiter=found.layout.delimiter if found.layout else "",
        header_line=found.header_line,
        confidence=what.confidence,
        why={"zh": what.why.zh, "en": what.why.en},
        proposals={c: tuple(f"{p.column} ({p.confidence:.2f})" for p in ps) for c, ps in what.proposals.items()},
        scale={c: str(f) for c, f in what.scale.items()},
        rejected=_refused(state.rejected) if state.rejected else None,
        tables=tables,
    )  # fmt: skip


def _account(state: FileState, opened: Opened) -> tuple[int, int, int, int]:
    """Return lines, accepted, quarantined, other; a record that spans several lines counts as one."""
    if opened.found.what.table is None:
        unknown = opened.found.what.kind == "unknown"
        rest = opened.lines - opened.other
        return (opened.lines, 0, rest, opened.other) if unknown else (opened.lines, 0, 0, opened.lines)
    if state.rejected is not None:
        return opened.lines, 0, opened.lines - opened.other, opened.other
    accepted = sum(d.accepted for d in state.done)
    quarantined = sum(d.quarantined for d in state.done)
    other = opened.other + sum(d.other for d in state.done)
    lines = opened.other + sum(d.records for d in state.done)
    if lines != accepted + quarantined + other:
        raise AssertionError(
            f"{state.source}: {lines} lines, but {accepted} + {quarantined} + {other} accounted for"
        )
    return lines, accepted, quarantined, other


def _refused(rejected: InputRejected) -> dict[str, Any]:
    return {
        "check": rejected.check,
        "line": rejected.line,
        "column": rejected.column,
        "zh": rejected.what.zh,
        "en": rejected.what.en,
        "next_zh": rejected.next.zh if rejected.next else "",
        "next_en": rejected.next.en if rejected.next else "",
    }


def table_reports(
    files: Sequence[FileState], settled: Mapping[str, Settled], drop: int
) -> dict[str, TableReport]:
    """Sum up what a drop brought to each table."""
    out: dict[str, TableReport] = {}
    bad: dict[str, int] = {}
    for state in files:
        for done in state.done:
            for table, (_, quarantined) in done.by_table.items():
                bad[table] = bad.get(table, 0) + quarantined
    for name in sorted({*bad, *(n for n, s in settled.items() if any(p.drop == drop for p in s.parts))}):
        s = settled.get(name)
        counts = (s.new, s.changed, s.unchanged) if s else (0, 0, 0)
        out[name] = TableReport(*counts, bad.get(name, 0))
    return out
