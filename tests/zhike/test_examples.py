"""The examples do what their notes say: the branch that the project ships, and the real files where they are at hand."""

from __future__ import annotations

import runpy
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

from zhike.base.exchange import expected_fees, fee_family_of
from zhike.cli import main
from zhike.datacentre.findings import findings
from zhike.datacentre.ingest import ingest
from zhike.datacentre.report import FileReport, Report
from zhike.datacentre.request import Request
from zhike.datacentre.store.house import Store
from zhike.engine import EngineSettings
from zhike.engine.parquet import read_table

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
TODAY = date(2025, 12, 31)
SETTINGS = EngineSettings(threads=1, memory=256 << 20)
QING_MING = date(2025, 4, 4)


@dataclass
class Home:
    """A home folder and the reports of the drops it took in, by feed."""

    folder: Path
    reports: dict[str, Report] = field(default_factory=dict)

    def take_in(self, feed: str, drop: Path) -> Report:
        """Ingest one drop; every line of every file must be accounted for."""
        report = ingest(self.folder, Request(drop, TODAY, feed, settings=SETTINGS))
        for file in report.files:
            assert file.lines == file.accepted + file.quarantined + file.other, file.file
        self.reports[feed] = report
        return report

    def rows(self, table: str, feed: str | None = None) -> list[dict[str, Any]]:
        """Return what is stored of a table, or only what one drop brought."""
        store = Store(self.folder)
        tables = [read_table(f) for f in store.files(store.manifest(), table)]
        found: list[dict[str, Any]] = pa.concat_tables(tables).to_pylist()
        return found if feed is None else [r for r in found if r["client_id"].startswith(feed)]

    def findings(self, feed: str) -> list[dict[str, Any]]:
        """Return the findings of one drop."""
        number = str(self.reports[feed].number)
        return [row for piece in findings(self.folder, "en", number) for row in piece.to_pylist()]


def counts(report: Report) -> dict[str, tuple[int, int, int, int]]:
    return {f.file: (f.lines, f.accepted, f.quarantined, f.other) for f in report.files}


def file_of(report: Report, name: str) -> FileReport:
    return next(f for f in report.files if f.file == name)


# The branch that the project ships.


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("branch") / "home")
    home.take_in("branch", EXAMPLES / "branch")
    return home


def test_the_committed_branch_is_what_the_script_makes(tmp_path: Path) -> None:
    runpy.run_path(str(EXAMPLES / "make_branch.py"))["make"](tmp_path)
    names = {p.name for p in tmp_path.iterdir()}
    assert names == {p.name for p in (EXAMPLES / "branch").iterdir()}
    for name in names:
        made, kept = tmp_path / name, EXAMPLES / "branch" / name
        same = (
            cells(made) == cells(kept) if name.endswith(".xlsx") else made.read_bytes() == kept.read_bytes()
        )
        assert same, f"{name}: run python examples/make_branch.py"
    assert sum(p.stat().st_size for p in (EXAMPLES / "branch").iterdir()) < 300_000


def cells(workbook: Path) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(workbook).worksheets[0].values)


def test_scripts_stay_small() -> None:
    for name, limit in (("investors/daily_quotes.py", 60), ("make_branch.py", 200)):
        assert len((EXAMPLES / name).read_text("utf-8").splitlines()) < limit


def test_every_file_of_the_branch_is_recognised_without_a_mapping(branch: Home) -> None:
    files = branch.reports["branch"].files
    assert {f.file: f.table for f in files} == {
        "quote.csv": "quote", "交割单_202503.xls": "trade", "交割单_202504.xls": "trade", "产品.csv": "product",
        "员工.csv": "staff", "客户资料.csv": "client", "持仓_20250430.xlsx": "holding", "指数行情.csv": "index_quote",
        "服务关系.csv": "relation", "银证转账_202502.csv": "cash_flow",
    }  # fmt: skip
    assert {f.encoding for f in files} == {"gb18030", "utf-8", ""}
    assert not any(f.unsure or f.rejected for f in files)


def test_the_branch_has_its_three_deliberate_faults_and_no_other(branch: Home) -> None:
    found = {(f["check"], f["source"], f["value"]) for f in branch.findings("branch")}
    assert found == {
        ("unknown_flag", "交割单_202504.xls", "星火礼遇兑换"),
        ("unknown_client", "交割单_202504.xls", "008899999"),
        ("not_a_date", "客户资料.csv", "20240230"),
    }
    assert sum(f.quarantined for f in branch.reports["branch"].files) == 3


def test_the_branchs_lottery_number_is_no_data_and_its_repo_is_a_trade(branch: Home) -> None:
    assert file_of(branch.reports["branch"], "交割单_202504.xls").other == 2  # the header, 申购配号
    repo = [r for r in branch.rows("trade") if r["kind"] == "repo"]
    assert sorted((r["side"], r["amount"]) for r in repo) == [
        ("buy", Decimal("20000.00")),
        ("sell", Decimal("20001.01")),  # 20,000 × 1.85 % ÷ 365 = 1.01
    ]


def test_the_branchs_fees_are_those_of_the_fee_table(branch: Home) -> None:
    ordinary = [r for r in branch.rows("trade") if r["kind"] == "ordinary"]
    assert len(ordinary) > 150
    for row in ordinary:
        family = fee_family_of(row["security_id"])
        due = expected_fees(row["side"], family, row["date"], row["amount"], row["quantity"])
        assert (row["stamp_duty"], row["transfer_fee"]) == (due.stamp_duty, due.transfer_fee), row


def test_the_branchs_last_holdings_follow_from_its_trades(branch: Home) -> None:
    held: Counter[tuple[str, str]] = Counter()
    for row in branch.rows("trade"):
        if row["kind"] == "ordinary":
            held[row["client_id"], row["security_id"]] += row["quantity"] * (
                1 if row["side"] == "buy" else -1
            )
    stated = {(r["client_id"], r["security_id"]): r["quantity"] for r in branch.rows("holding")}
    assert stated == {k: n for k, n in held.items() if n}


def test_the_same_branch_again_changes_nothing(branch: Home) -> None:
    again = ingest(branch.folder, Request(EXAMPLES / "branch", TODAY, "branch", settings=SETTINGS))
    assert again.already
    assert {(t.new, t.changed) for t in again.tables.values()} == {(0, 0)}


def test_a_first_morning_prints_who_needs_a_call_and_why(tmp_path: Path) -> None:
    script = EXAMPLES / "first_morning.py"
    calls = runpy.run_path(str(script))["calls"](EXAMPLES / "branch", tmp_path / "home", TODAY)
    # assessed on 2023-05-08, -16 and -24: two years on they expire within 30 days of 2025-04-30; the third has never
    # traded and has nothing that is known of: it is not called for that
    assert [c.split()[:2] for c in calls] == [["2025-05-08", "008800008"], ["2025-05-16", "008800016"]]
    assert "卫** 风险测评（C4，2023-05-08）有效期至 2025-05-08，还有 8 天到期" in calls[0]
    assert len(script.read_text("utf-8").splitlines()) <= 30


@pytest.mark.parametrize("example", ["htsec_statement", "hxsec_statement", "investors", "market_cn"])
def test_an_examples_own_notes_are_left_out_of_its_drop(example: str, tmp_path: Path) -> None:
    report = Home(tmp_path / "home").take_in("notes", EXAMPLES / example)
    assert "README.md" in {f.file for f in report.files}
    assert {f.table for f in report.files} == {None}
    assert not report.findings.get("error")


@pytest.mark.parametrize(("readme", "language"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_the_picture_in_the_readme_is_true(
    readme: str,
    language: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (ROOT / readme).read_text("utf-8")
    block = text.split("<!-- picture: begin", 1)[1].split("<!-- picture: end -->")[0].split("```")[1]
    shown = [line for line in block.splitlines()[1:] if line.strip("… ") and not line.startswith("$")]
    monkeypatch.setenv("ZHIKE_THREADS", "1")
    monkeypatch.chdir(ROOT)
    home = ["--home", str(tmp_path / "home"), "--lang", language]
    main(["ingest", "examples/branch", *home])
    main(["findings", *home])
    printed = " ".join(capsys.readouterr().out.split())
    assert len(shown) > 10
    for line in shown:
        assert " ".join(line.split()).rstrip("… ") in printed, line


# The real files.


@pytest.fixture(scope="module")
def real(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("real")
    drops = runpy.run_path(str(EXAMPLES / "assemble.py"))["assemble"](real_data, folder / "drops")
    home = Home(folder / "home")
    for feed, drop in drops.items():
        home.take_in(feed, drop)
    return home


def test_the_htsec_statement_becomes_nine_trades_and_one_booking_of_bonds(real: Home) -> None:
    report = real.reports["htsec"]
    assert counts(report) == {"example-htsec-records.xlsx": (11, 10, 0, 1)}
    assert report.files[0].tables == {"trade": (9, 0), "custody": (1, 0)}
    kinds = Counter((r["side"], r["kind"]) for r in real.rows("trade", "htsec"))
    assert kinds[("buy", "ipo")] == 2  # paid one day, booked the next: 10 bonds for 1,000
    [booked] = real.rows("custody", "htsec")
    assert (booked["security_id"], booked["quantity"], booked["kind"], booked["direction"]) == (
        "113052.SH", 10, "listing", "in",
    )  # fmt: skip
    assert not [f for f in real.findings("htsec") if f["severity"] != "info"]


def test_numeric_account_cells_are_noted_and_taken_as_text(real: Home) -> None:
    assert {r["account_id"] for r in real.rows("trade", "htsec")} == {"1234567899"}
    assert {f["check"] for f in real.findings("htsec")} == {"number_as_code"}


def test_all_thirteen_rows_of_the_hxsec_statement_find_their_tables(real: Home) -> None:
    report = real.reports["hxsec"]
    assert counts(report) == {"example-hxsec-records.xls": (14, 13, 0, 1)}
    assert report.files[0].tables == {"trade": (6, 0), "cash_flow": (5, 0), "custody": (2, 0)}
    assert report.files[0].encoding == "gb18030"


def test_a_transfer_on_a_sunday_and_a_dividend_on_a_holiday_are_taken_in(real: Home) -> None:
    flows = {(r["date"], r["kind"], r["amount"]) for r in real.rows("cash_flow", "hxsec")}
    assert (date(2023, 2, 12), "bank", Decimal("128000.00")) in flows
    assert (QING_MING, "dividend", Decimal("150.00")) in flows
    assert (date(2025, 4, 3), "bank", Decimal("-100.00")) in flows


def test_a_repo_may_have_an_amount_that_is_not_price_times_quantity(real: Home) -> None:
    repos = [r for r in real.rows("trade", "hxsec") if r["kind"] == "repo"]
    assert len(repos) == 4
    assert all(r["price"] * r["quantity"] != r["amount"] for r in repos)


def test_gaps_in_a_published_statement_are_warnings_not_errors(real: Home) -> None:
    found = Counter((f["check"], f["severity"]) for f in real.findings("hxsec"))
    assert found == {("cash_discontinuous", "warning"): 4}


def test_all_of_the_investors_trades_come_in_eight_of_quantity_nought_with_a_warning(real: Home) -> None:
    report = real.reports["investors"]
    assert counts(report) == {"transactions.csv": (4_918, 4_917, 0, 1), "quote.csv": (110_529, 110_528, 0, 1)}
    told = [f for f in real.findings("investors") if f["check"] == "zero_quantity"]
    assert {f["severity"] for f in told} == {"warning"}
    assert [f["line"] for f in told] == [2_348, 2_361, 2_425, 2_554, 2_636, 4_641, 4_756, 4_882]


def test_the_investors_amounts_are_price_times_quantity_and_tickers_stay(real: Home) -> None:
    foreign = [r for r in real.rows("trade") if r["currency"] == "EUR"]
    assert len(foreign) == 4_917
    assert len({r["client_id"] for r in foreign}) == 10
    assert not [r for r in foreign if r["security_id"].endswith((".SH", ".SZ", ".BJ"))]
    one = next(r for r in foreign if (r["security_id"], r["quantity"]) == ("3NGL", 15_000))
    assert (one["amount"], str(one["date"]), one["side"]) == (Decimal("3810.00"), "2017-10-25", "buy")


def test_chinas_calendar_is_not_held_against_foreign_trades(real: Home) -> None:
    open_days = {r["date"] for r in real.rows("index_quote")}
    closed = [r for r in real.rows("trade") if r["currency"] == "EUR" and r["date"] not in open_days]
    assert len(closed) > 100  # 国庆, 春节 …
    assert not [f for f in real.findings("investors") if f["check"] == "not_a_trading_day"]


def test_ten_stocks_come_in_whole_with_shares_and_yuan(real: Home) -> None:
    stocks = [f for f in real.reports["market"].files if f.table == "quote"]
    assert len(stocks) == 10
    assert sum(f.accepted for f in stocks) == 23_961
    assert not any(f.quarantined for f in stocks)
    day = next(
        r for r in real.rows("quote") if (r["security_id"], r["date"]) == ("600519.SH", date(2022, 4, 29))
    )
    assert (day["volume"], day["amount"]) == (3_488_527, Decimal("6384066537.00"))


def test_the_index_comes_in_whole_with_sixteen_days_that_contradict_themselves(real: Home) -> None:
    index = file_of(real.reports["market"], "sse_composite_daily.csv")
    assert (index.lines, index.accepted, index.quarantined, index.other) == (8_456, 8_455, 0, 1)
    found = {f["check"] for f in real.findings("market")}
    assert found == {"price_order"}
    assert {f["severity"] for f in real.findings("market")} == {"warning"}
    assert {r["index_id"] for r in real.rows("index_quote")} == {"000001.SH"}


def test_no_example_has_an_entry_in_its_mapping_that_matches_nothing(real: Home) -> None:
    checks = {feed: {f["check"] for f in real.findings(feed)} for feed in real.reports}
    assert len(checks) == 4
    assert not [feed for feed, found in checks.items() if "unused_mapping" in found]


def test_the_branchs_trading_days_are_the_real_ones(real_data: Path) -> None:
    days = runpy.run_path(str(EXAMPLES / "make_branch.py"))["DAYS"]
    index = pa_csv.read_csv(real_data / "market_cn" / "sse_composite_daily.csv")
    real_days = [str(d) for d in index["date"].to_pylist() if 20250301 <= d <= 20250430]
    assert [f"{d:%Y%m%d}" for d in days] == real_days
