"""Each command on real small drops: what it prints, what it writes, the exit code it ends with."""

from __future__ import annotations

import csv
import fcntl
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from small_drops import FIRST, T1_AGAIN, drop
from zhike.cli import main
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import TABLES

AS_OF = ["--as-of", "2025-04-30"]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZHIKE_HOME", "ZHIKE_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("ZHIKE_THREADS", "1")


class Ran:
    """What a command said and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        """Return the standard output as JSON."""
        return json.loads(self.out)


@pytest.fixture
def zhike(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    def run(*words: str | Path) -> Ran:
        capfd.readouterr()
        code = main([str(w) for w in words] + ["--home", str(tmp_path / "home")])
        said = capfd.readouterr()
        return Ran(code, said.out, said.err)

    return run


# ingest


def test_a_dry_run_in_json_says_what_each_file_is_and_stores_nothing(zhike: Any, tmp_path: Path) -> None:
    ran = zhike("ingest", drop(tmp_path / "d"), "--dry-run", "--format", "json", *AS_OF)
    trade = next(f for f in ran.json["files"] if f["file"] == "trade.csv")
    asked = ("encoding", "kind", "table", "unsure", "lines", "accepted", "quarantined", "other")
    assert [trade[k] for k in asked] == ["utf-8", "contract", "trade", [], 5, 2, 2, 1]
    assert trade["columns"]["quantity"] == "quantity"
    assert ran.json["tables"]["trade"] == {"new": 2, "changed": 0, "unchanged": 0, "quarantined": 2}
    assert ran.code == 1
    assert not (tmp_path / "home").exists()


def test_ingest_prints_what_was_recognised_the_counts_and_what_to_do_next(zhike: Any, tmp_path: Path) -> None:
    ran = zhike("ingest", drop(tmp_path / "d"), *AS_OF)
    assert ran.code == 1
    assert "utf-8, comma-separated, header in line 1" in ran.out
    assert "5 = 2 accepted + 2 quarantined + 1 other" in ran.out
    assert "Findings: 2 errors, 0 warnings, 0 notes." in ran.out
    assert "zhike findings --drop 1" in ran.out
    assert ran.err == ""


def test_a_drop_without_errors_ends_with_0_and_the_same_again_says_so(zhike: Any, tmp_path: Path) -> None:
    folder = drop(tmp_path / "d", {"client.csv": FIRST["client.csv"]})
    assert zhike("ingest", folder, *AS_OF).code == 0
    again = zhike("ingest", folder, *AS_OF)
    assert again.code == 0
    assert "taken in before (drop 1)" in again.out
    assert zhike("ingest", folder, *AS_OF, "--format", "json").json["already"] is True


def test_what_is_to_be_known_of_the_feed_stands_at_the_end_and_in_the_json(
    zhike: Any, tmp_path: Path
) -> None:
    ingest = ["ingest", drop(tmp_path / "d", {"client.csv": FIRST["client.csv"]}), *AS_OF, "--feed", "desk"]
    assert [s.split(":")[0] for s in zhike(*ingest).out.splitlines()[-3:]] == ["Note", "Where", "Next"]
    drop(tmp_path / "home", {"feeds/desk.toml": "[quote.scale]\nvolume = 100\n"})
    assert zhike(*ingest).out.endswith("zhike undo 1, then ingest it again.\n")
    notes = zhike(*ingest, "--format", "json").json["notes"]
    assert [(n["name"], "was changed" in n["en"]) for n in notes] == [("mapping_differs", True)]
    assert "zhike undo 1" in zhike(*ingest, "--lang", "zh").out


def test_columns_left_out_and_unsure_are_shown_with_proposals(zhike: Any, tmp_path: Path) -> None:
    files = {
        "成交.csv": "成交日期,证券代码,买卖标志,成交数量,成交价格,成交金额,客户号,备注,成交日期时刻表\n20250331,600000,证券买入,100,10,1000,A,x,y\n"
    }
    ran = zhike("ingest", drop(tmp_path / "d", files), "--dry-run", *AS_OF)
    report = zhike("ingest", drop(tmp_path / "d", files), "--dry-run", "--format", "json", *AS_OF).json[
        "files"
    ][0]
    assert "成交数量 → quantity" in ran.out
    for name, column in report["columns"].items():
        assert name in ran.out
        if column is None and name not in report["unsure"]:
            assert name in ran.out.split("left out", 1)[1]
    for name in report["unsure"]:
        assert f"unsure     {name}:" in ran.out


def test_files_recognised_alike_are_shown_once_with_the_lines_of_each(zhike: Any, tmp_path: Path) -> None:
    one, two = T1_AGAIN, T1_AGAIN.replace("T1", "T2")
    ran = zhike("ingest", drop(tmp_path / "d", {"trade/a.csv": one, "trade/b.csv": two}), "--dry-run", *AS_OF)
    assert "trade/a.csv (and 1 more alike)" in ran.out
    assert "trade/b.csv  2 = 1 accepted" in ran.out
    assert ran.out.count("security_id → security_id") == 1


def test_a_refused_file_is_named_with_its_reason(zhike: Any, tmp_path: Path) -> None:
    twice = T1_AGAIN + T1_AGAIN.splitlines()[1].replace("2000", "2001").replace("200,10", "200,10.005") + "\n"
    ran = zhike("ingest", drop(tmp_path / "d", {"trade.csv": twice}), *AS_OF)
    assert ran.code == 1
    assert "refused" in ran.out
    assert "The same key stands twice in one file with different values" in ran.out


def test_the_day_of_ingestion_can_be_given(zhike: Any, tmp_path: Path) -> None:
    folder = drop(tmp_path / "d", {"trade.csv": T1_AGAIN})
    assert zhike("ingest", folder, "--dry-run", "--as-of", "2025-03-30").code == 1
    assert zhike("ingest", folder, "--dry-run", "--as-of", "2025-03-31").code == 0


def test_a_file_name_cannot_steer_the_terminal(zhike: Any, tmp_path: Path) -> None:
    ran = zhike("ingest", drop(tmp_path / "d", {"trade\x1b[31m.csv": T1_AGAIN}), "--dry-run", *AS_OF)
    assert "trade\\x1b[31m.csv" in ran.out
    assert "\x1b" not in ran.out + ran.err


# findings


def test_findings_are_listed_the_worst_first_with_a_count_of_each_check(zhike: Any, home: Path) -> None:
    ran = zhike("findings")
    assert ran.code == 0
    assert "The amount is not price × quantity." in ran.out
    assert [s.split()[:3] for s in ran.out.splitlines()[-2:]] == [
        ["error", "amount_mismatch", "1"],
        ["error", "unknown_client", "1"],
    ]


def test_a_long_list_is_cut_and_says_by_how_much(zhike: Any, home: Path) -> None:
    assert "… and 1 more: --limit 0 shows all" in zhike("findings", "--limit", "1").out
    assert "more" not in zhike("findings", "--limit", "0").out


def test_findings_as_json_are_one_object(zhike: Any, home: Path) -> None:
    found = zhike("findings", "--format", "json", "--drop", "d1", "--severity", "error").json
    assert found["counts"] == {"error": 2, "warning": 0, "info": 0}
    assert {(f["line"], f["check"]) for f in found["findings"]} == {
        (4, "unknown_client"),
        (5, "amount_mismatch"),
    }
    assert zhike("findings", "--format", "json", "--severity", "info").json == {
        "findings": [],
        "counts": {"error": 0, "warning": 0, "info": 0},
    }


def test_findings_as_csv_begin_with_a_bom(zhike: Any, home: Path) -> None:
    ran = zhike("findings", "--format", "csv")
    assert ran.out.startswith("\ufeffdrop,table,source,line,column,value,reason,severity,check,count")
    assert len(list(csv.DictReader(io.StringIO(ran.out)))) == 2


def test_findings_as_a_workbook(
    zhike: Any, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "2 findings written to findings.xlsx" in zhike("findings", "--format", "xlsx").out
    sheet = openpyxl.load_workbook(tmp_path / "findings.xlsx").active
    assert sheet is not None
    assert sheet.max_row == 3
    assert zhike("findings", "--format", "xlsx").code == 2  # never over an older one unasked
    assert zhike("findings", "-o", tmp_path / "findings.xlsx").code == 0


@pytest.mark.parametrize("words", [["-o", "x.pdf"], ["--format", "table", "-o", "x.txt"]])
def test_findings_in_a_format_no_file_has_are_refused(zhike: Any, home: Path, words: list[str]) -> None:
    assert zhike("findings", *words).code == 2


def test_no_findings_is_said(zhike: Any, home: Path) -> None:
    zhike("undo", "d1")
    assert zhike("findings").out == "There are no findings.\n"


# undo, tables, export, check


def test_undo_says_what_each_table_has_now(zhike: Any, home: Path) -> None:
    ran = zhike("undo", "d1", "--format", "json")
    assert ran.json["tables"]["trade"] == {"before": 2, "after": 0}
    assert zhike("undo", "d1").code == 2
    assert zhike("tables", "--format", "json").json["drops"] == []


def test_undo_in_words(zhike: Any, home: Path) -> None:
    ran = zhike("undo", "1")
    assert "Drop 1 (d1) is taken back" in ran.out
    assert [s.split() for s in ran.out.splitlines() if s.startswith("trade")] == [["trade", "2", "0", "-2"]]


def test_tables_lists_rows_days_and_drops(zhike: Any, home: Path) -> None:
    lines = [s.split() for s in zhike("tables").out.splitlines()]
    trade = next(s for s in lines if s[:1] == ["trade"])
    assert (trade[1], trade[-4:]) == ("2", ["2025-03-31", "2025-04-01", "1", "1"])
    tables = {t["table"]: t for t in zhike("tables", "--format", "json").json["tables"]}
    assert tables["asset"]["rows"] == 2


def test_tables_of_an_empty_home_say_what_to_do(zhike: Any, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    ran = zhike("tables")
    assert (ran.code, ran.err) == (0, "")
    assert "Next: zhike ingest FOLDER" in ran.out
    assert zhike("tables", "--format", "json").json["tables"] == []


def test_export_takes_the_format_from_the_name_and_tells_what_is_masked(
    zhike: Any, home: Path, tmp_path: Path
) -> None:
    ran = zhike("export", "client", "-o", tmp_path / "c.csv")
    assert ran.code == 0
    assert "client: 2 rows →" in ran.out
    assert "Masked: name, id_number, phone, email" in ran.out
    assert "Masked" not in zhike("export", "client", "-o", tmp_path / "c.csv", "--unmasked").out
    assert "13800000001" in (tmp_path / "c.csv").read_text("utf-8")
    assert zhike("export", "client", "-o", tmp_path / "c.txt").code == 2
    assert zhike("export", "client", "--format", "csv", "-o", tmp_path / "c.txt").code == 0


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_export_of_a_table_without_rows_writes_the_header_and_says_so(
    zhike: Any, home: Path, tmp_path: Path, form: str
) -> None:
    target = tmp_path / f"q.{form}"
    ran = zhike("export", "quote", "-o", target)
    assert ran.code == 0
    assert "quote: 0 rows →" in ran.out
    assert ran.err.startswith("Table 'quote' has no rows to export; the file holds only the header.")
    if form == "parquet":
        found = pq.read_table(target)
        assert (found.num_rows, found.schema) == (0, schema_of(TABLES["quote"]))
    elif form == "xlsx":
        (header,) = openpyxl.load_workbook(target).active.values  # type: ignore[union-attr]
        assert header == TABLES["quote"].names
    else:
        assert target.read_text("utf-8-sig") == ",".join(TABLES["quote"].names) + "\n"
    assert zhike("export", "trade", "-o", tmp_path / "t.csv").err == ""


def test_export_of_an_unknown_table_asks_what_was_meant(zhike: Any, home: Path, tmp_path: Path) -> None:
    ran = zhike("export", "trades", "-o", tmp_path / "t.csv")
    assert (ran.code, ran.out) == (2, "")
    assert "Did you mean 'trade'?" in ran.err


def test_check_of_a_sound_home_ends_with_0(zhike: Any, home: Path) -> None:
    ran = zhike("check", "--deep")
    assert ran.code == 0
    assert ran.out.endswith("State 1 is sound.\n")


def test_check_of_a_broken_home_says_where_and_ends_with_1(zhike: Any, home: Path) -> None:
    victim = next(home.glob("drops/*/asset-*-0000.parquet"))
    victim.write_bytes(victim.read_bytes()[:-1])
    ran = zhike("check")
    assert ran.code == 1
    assert "✗ hashes" in ran.out
    assert victim.relative_to(home).as_posix() in ran.out
    assert "not looked at, their files are damaged: asset" in ran.out
    found = zhike("check", "--format", "json")
    assert (found.code, found.json["sound"]) == (1, False)
    assert {i["name"]: i["status"] for i in found.json["invariants"]}["hashes"] == "broken"


def test_ten_breaks_are_shown_and_the_others_counted(zhike: Any, home: Path) -> None:
    (home / "raw" / "00").mkdir(exist_ok=True)
    for i in range(12):
        (home / "raw" / "00" / f"{i:064x}").write_bytes(b"")
    assert "… and 2 more" in zhike("check").out


# errors


def test_a_missing_drop_is_said_with_where_and_next(zhike: Any, tmp_path: Path) -> None:
    ran = zhike("ingest", tmp_path / "nothing")
    assert (ran.code, ran.out) == (2, "")
    assert [s.split(":")[0] for s in ran.err.splitlines()] == ["There is no nothing.", "Where", "Next"]


def test_a_home_that_another_process_writes_to_ends_with_3(zhike: Any, home: Path, tmp_path: Path) -> None:
    with (home / "LOCK").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = zhike("ingest", drop(tmp_path / "d", {"trade.csv": T1_AGAIN}), *AS_OF)
    assert ran.code == 3
    assert "Another zhike process" in ran.err


def test_a_spoilt_pointer_ends_with_3(zhike: Any, home: Path) -> None:
    (home / "CURRENT").write_bytes(b"{")
    assert zhike("tables").code == 3
    assert zhike("check").code == 1


def test_a_home_the_system_refuses_ends_with_3_and_no_traceback(zhike: Any, tmp_path: Path) -> None:
    (tmp_path / "home" / "LOCK").mkdir(parents=True)
    ran = zhike("ingest", drop(tmp_path / "d"), *AS_OF)
    assert ran.code == 3
    assert "Traceback" not in ran.err


ON_A_HOME = [["tables"], ["findings"], ["findings", "--format", "json"], ["check"], ["undo", "d1"]]
ON_A_HOME += [["export", "trade", "-o", "trade.csv"]]


@pytest.mark.parametrize("words", [*ON_A_HOME, ["ingest", "d"], ["ingest", "d", "--dry-run"]], ids=" ".join)
def test_a_home_that_is_a_file_ends_with_2_and_the_file_stays(
    zhike: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    drop(tmp_path / "d")
    (tmp_path / "home").write_text("a file, not a folder")
    ran = zhike(*words)
    assert (ran.code, ran.out) == (2, "")
    assert [s.split(":")[0] for s in ran.err.splitlines()][1:] == ["Where", "Next"]
    assert "this is a file" in ran.err
    assert (tmp_path / "home").read_text() == "a file, not a folder"


@pytest.mark.parametrize("words", ON_A_HOME, ids=" ".join)
def test_a_home_that_is_not_there_ends_with_2_and_is_not_made(
    zhike: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = zhike(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "There is no such home folder." in ran.err
    assert f"Where: {tmp_path / 'home'}" in ran.err
    assert "zhike ingest FOLDER" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", ON_A_HOME[1:], ids=" ".join)
def test_a_folder_into_which_nothing_was_ever_ingested_is_not_called_sound(
    zhike: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "something.csv").write_text("else")
    ran = zhike(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "Nothing has been ingested here yet." in ran.err
    assert [p.name for p in tmp_path.rglob("*")] == ["home", "something.csv"]


def test_a_home_that_lost_its_pointer_is_broken_not_empty(zhike: Any, home: Path) -> None:
    (home / "CURRENT").unlink()
    assert zhike("tables").code == 3
    assert zhike("check").code == 1


def test_an_engine_that_there_is_not_ends_with_2(zhike: Any, home: Path) -> None:
    ran = zhike("run", "--engine", "spark")
    assert ran.code == 2
    assert "no engine 'spark'" in ran.err
    assert "spark://HOST:PORT" in ran.err


def test_a_wrong_setting_ends_with_2(zhike: Any, home: Path) -> None:
    (home / "zhike.toml").write_text("[engine]\nthread = 2\n")
    ran = zhike("tables")
    assert ran.code == 2
    assert "Did you mean 'threads'?" in ran.err
