"""The malformed corpus: every case of tests/fixtures/malformed against its golden verdict, written by hand.

A verdict says for each file of each drop: the check that keeps the whole file out (`rejected`, or nothing), lines,
accepted, quarantined, other, and all findings as [check, line, column, severity] (and a count where it isn't 1);
then, for tables it names, the rows that are stored at the end (the columns that matter). A file that can't be opened as
a table counts all its lines (null: it isn't text) as quarantined; one that is refused later has the lines down to its
header among the others. `built` names the builder in fixtures/malformed_make.py.
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fixtures.malformed_make import BUILDERS
from zhike.datacentre.checks import CHECKS
from zhike.datacentre.ingest import Request, ingest
from zhike.datacentre.report import FileReport, Report
from zhike.datacentre.store.house import Store
from zhike.engine.parquet import read_table

CORPUS = Path(__file__).parents[2] / "fixtures" / "malformed"
TODAY = date(2025, 12, 31)
CASES = sorted(p.name for p in CORPUS.iterdir())


def verdict_of(case: str) -> dict[str, Any]:
    golden: dict[str, Any] = json.loads((CORPUS / case / "verdict.json").read_text("utf-8"))
    return golden


@pytest.mark.parametrize("case", CASES)
def test_every_malformed_file_meets_its_golden_verdict(case: str, tmp_path: Path) -> None:
    golden = verdict_of(case)
    home = tmp_path / "home"
    for number, expected in enumerate(golden["drops"], start=1):
        report = ingest(home, Request(drop_of(case, golden, number, tmp_path / f"drop{number}"), TODAY))
        compare_drop(report, expected, findings_of(home, report))
    for table, rows in golden.get("rows", {}).items():
        assert stored_rows(home, table, rows) == canonical(rows), table


def drop_of(case: str, golden: dict[str, Any], number: int, folder: Path) -> Path:
    """Lay out one drop of a case in a folder of its own."""
    several = len(golden["drops"]) > 1
    shutil.copytree(CORPUS / case / (f"drop{number}" if several else ""), folder)
    (folder / "verdict.json").unlink(missing_ok=True)
    if "built" in golden:
        BUILDERS[golden["built"]](folder)
    return folder


def compare_drop(report: Report, expected: dict[str, Any], findings: list[dict[str, Any]]) -> None:
    assert {f.file for f in report.files} == set(expected["files"])
    for file in report.files:
        golden = expected["files"][file.file]
        assert file.lines == file.accepted + file.quarantined + file.other
        assert (file.rejected["check"] if file.rejected else None) == golden.get("rejected")
        lines, quarantined = golden["lines"], golden["quarantined"]
        counts = (
            file.lines if lines is None else lines,
            golden["accepted"],
            file.lines if lines is None else quarantined,
        )
        assert (file.lines, file.accepted, file.quarantined, file.other) == (*counts, golden["other"])
        mine = [] if report.already else [f for f in findings if f["source"] == file.file]
        told = [[f["check"], f["line"], f["column"], f["severity"], f["count"]] for f in mine]
        wanted = [] if report.already else [[*f, 1][:5] for f in golden["findings"]]
        assert sorted(told, key=str) == sorted(wanted, key=str)
        says_what_where_and_what_next(file, mine)
    for table, counts in expected.get("tables", {}).items():
        found = report.tables[table]
        assert dict(new=found.new, changed=found.changed, unchanged=found.unchanged) == counts


def says_what_where_and_what_next(file: FileReport, findings: list[dict[str, Any]]) -> None:
    for finding in findings:
        if file.rejected and finding["check"] == file.rejected["check"]:
            for language in ("zh", "en"):
                what, all_of_it = file.rejected[language], finding[language]
                assert what
                assert all_of_it.startswith(what), finding
                assert len(all_of_it) > len(what) + 4, f"{finding['check']} doesn't say what to do next"
        elif finding["severity"] != "info" and not finding["zh"]:
            said = CHECKS[finding["check"]]
            assert said.said.zh
            assert said.said.en
            assert said.next_, f"{said.name} doesn't say what to do next"


def findings_of(home: Path, report: Report) -> list[dict[str, Any]]:
    entry = next(d for d in Store(home).manifest().drops if d.id == report.drop)
    return [
        row
        for p in sorted((home / entry.folder).glob("findings*.parquet"))
        for row in pq.read_table(p).to_pylist()
    ]


def stored_rows(
    home: Path, table: str, golden: list[dict[str, Any]]
) -> list[tuple[tuple[str, str | None], ...]]:
    """Read what is stored now, the columns that the golden rows name (all of them where there are none)."""
    store = Store(home)
    files = store.files(store.manifest(), table)
    rows = pa.concat_tables([read_table(f) for f in files]).to_pylist() if files else []
    named = sorted({c for row in golden for c in row})
    assert all(set(row) == set(named) for row in golden), "golden rows of one table name the same columns"
    return canonical([{c: row[c] for c in named} if golden else row for row in rows])


def canonical(rows: list[dict[str, Any]]) -> list[tuple[tuple[str, str | None], ...]]:
    return sorted((tuple(sorted((k, plain(k, v)) for k, v in row.items())) for row in rows), key=str)


NUMBERS = {"quantity", "price", "amount", "net_amount", "net"}


def plain(name: str, value: Any) -> str | None:
    if value is None:
        return None
    return format(Decimal(str(value)).normalize(), "f") if name in NUMBERS else str(value)


def test_the_corpus_can_fail(tmp_path: Path) -> None:
    golden = verdict_of("total_line")
    golden["drops"][0]["files"]["trade.csv"]["other"] = 1
    folder = drop_of("total_line", golden, 1, tmp_path / "drop")
    report = ingest(tmp_path / "home", Request(folder, TODAY))
    with pytest.raises(AssertionError):
        compare_drop(report, golden["drops"][0], findings_of(tmp_path / "home", report))


def test_a_refused_identity_is_shown_masked(tmp_path: Path) -> None:
    folder = drop_of(
        "identifier_as_float_optional", verdict_of("identifier_as_float_optional"), 1, tmp_path / "drop"
    )
    report = ingest(tmp_path / "home", Request(folder, TODAY))
    told = str(findings_of(tmp_path / "home", report))
    assert "*********17" in told
    assert "1.10101" not in told
