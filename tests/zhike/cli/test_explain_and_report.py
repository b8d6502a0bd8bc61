"""`zhike explain` and `zhike report phases`, as a person and as a program read them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from explained_branch import night
from zhike.cli import main
from zhike.cli.charts import Panels, bar_line, svg, ticks

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    night(folder / "home", folder / "drop")
    return folder / "home"


def said(home: Path, capfd: pytest.CaptureFixture[str], *words: str, lang: str = "en", code: int = 0) -> str:
    capfd.readouterr()
    assert main([*words, "--home", str(home), "--lang", lang]) == code
    out, err = capfd.readouterr()
    return err if code else out


def test_a_client_is_told_in_both_languages(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    english, chinese = (said(home, capfd, "explain", "A", lang=lang) for lang in ("en", "zh"))
    assert "Profit logic:" in english
    assert "in 250 trading days" in english
    assert "【生命周期】" in chinese
    assert "近 250 个交易日盈亏" in chinese


def test_a_number_is_followed_to_its_line(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = said(home, capfd, "explain", "A", "flow_in_12m")
    assert "= 21,000" in text
    assert "computed again from the delivered rows: 21,000" in text
    assert "cash_flow ← drop 1 (drop) cash_flow.csv:2" in text
    assert "第 2 行" in said(home, capfd, "explain", "A", "flow_in_12m", lang="zh")


def test_a_delivered_row_is_shown_once(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = said(home, capfd, "explain", "A", "win_rate_12m")
    assert text.count("trade.csv:2") == 2
    assert text.count("(see above)") >= 1
    assert text.count("trade_id=T1") == 1


def test_json_holds_the_whole_walk(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = json.loads(said(home, capfd, "explain", "A", "flow_in_12m", "--format", "json"))
    assert (found["value"], found["recomputed"], found["unit"]) == (21_000, 21_000, "CNY")
    assert found["asked"][0]["largest"][0]["shown"][0]["origin"] == {
        "drop": 1, "drop_name": "drop", "file": "cash_flow.csv", "line": 2,
    }  # fmt: skip
    whole = json.loads(said(home, capfd, "explain", "A", "--format", "json"))
    assert whole["card"]["client_id"] == "A"
    assert set(whole["attribution"]) == {"20", "60", "120", "250"}


def test_tables_and_nulls_read_well(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "stage = " in said(home, capfd, "explain", "A", "stage")
    assert "null: the table login was not delivered" in said(home, capfd, "explain", "A", "logins_12m")
    assert "It has no row of the client." in said(home, capfd, "explain", "Z", "logic")


@pytest.mark.parametrize(("words", "answer"), [(("F",), "frozen"), (("B",), "no client"), (("A", "pnl_12"), "Did you mean 'pnl_12m'")])  # fmt: skip
def test_what_cannot_be_explained_is_a_wrong_usage(
    home: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...], answer: str
) -> None:
    assert answer in said(home, capfd, "explain", *words, code=2)


# The report of phases.


def test_phases_as_table_json_and_csv_hold_the_same_rows(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(said(home, capfd, "report", "phases", "--format", "json"))
    csv = said(home, capfd, "report", "phases", "--format", "csv").lstrip("\ufeff").splitlines()
    assert csv[0] == "logic,state,wave,as_of,clients,trades,net_buy,turnover,pnl"
    assert len(csv) - 1 == len(found["rows"]) > 2
    text = said(home, capfd, "report", "phases", lang="zh")
    assert "净买入" in text
    assert "█" in text
    # 300 shares at 10.5 bought on day 70
    assert [r["net_buy"] for r in found["rows"] if r["net_buy"] > 0] == [3_150.0]


def test_the_chart_is_written_whole_and_holds_a_bar_for_each_row(
    home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = json.loads(said(home, capfd, "report", "phases", "--format", "json"))["rows"]
    said(home, capfd, "report", "phases", "-o", str(tmp_path / "phases.svg"), lang="zh")
    text = (tmp_path / "phases.svg").read_text("utf-8")
    root = ET.fromstring(text)
    bars = [r for r in root.iter(f"{SVG}rect") if r.find(f"{SVG}title") is not None]
    assert len(bars) == len(rows)
    assert "prefers-color-scheme: dark" in text
    assert "市场的浪（起止年/月）" in text
    assert root.get("lang") == "zh"
    assert list(tmp_path.iterdir()) == [tmp_path / "phases.svg"]


def test_a_format_a_file_cannot_have_is_refused(
    home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert "csv, json or svg" in said(home, capfd, "report", "phases", "-o", str(tmp_path / "x.pdf"), code=2)
    assert "Did you mean" in said(home, capfd, "report", "phase", code=2)


def test_ticks_are_round_and_enclose_nought_and_all_values() -> None:
    assert ticks(0, 100) == (50, 0, 100)
    assert ticks(-30, 70) == (50, -50, 100)
    assert ticks(3, 8) == (2, 0, 8)
    assert ticks(0, 0) == (1, 0, 1)


def test_bars_stand_on_nought_and_are_as_high_as_their_value() -> None:
    chart = Panels("en", "<T>", "s", "x", "y", {"p": "P"}, {"g": ("G", "")}, {"a": "A", "b": "B"}, {("p", "g", "a"): 100, ("p", "g", "b"): -50})  # fmt: skip
    root = ET.fromstring(svg(chart))
    up, down = (r for r in root.iter(f"{SVG}rect") if r.find(f"{SVG}title") is not None)
    # the scale goes from −50 to 100 over 116 pixels: nought is two thirds down
    assert float(up.get("height", 0)) == pytest.approx(2 * float(down.get("height", 0)), abs=0.2)
    assert float(up.get("y", 0)) + float(up.get("height", 0)) == pytest.approx(
        float(down.get("y", 0)), abs=0.2
    )
    assert [r.find(f"{SVG}title").text for r in (up, down)] == ["P · G  · A: 100", "P · G  · B: -50"]  # type: ignore[union-attr]


def test_a_bar_of_the_terminal_grows_from_the_middle() -> None:
    assert bar_line(10, 10, 4) == "    │████"
    assert bar_line(-5, 10, 4) == "  ▓▓│    "
    assert bar_line(0.001, 10, 4) == "    │█   "
    assert bar_line(0, 10, 4) == "    │    "
