"""The page of performance says what was measured; its picture is whole; a branch made for nights comes in without a finding."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest
from _night_drop import drop_of
from _outputs_data import made
from _performance_picture import Bar, picture
from performance import bars, page

from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.run.sources import Sources

FOUND = {
    "trades": 2_000_000, "clients": 10_000, "equal": {"scan": "–", "sql": "–", "ours": "25 of 25"},
    "rounds": {
        "scan": [{"wall": 0.1, "cpu": 0.2, "peak": 1e8}],
        "sql": [{"wall": 9.0, "cpu": c, "peak": 6e8} for c in (19.0, 20.0, 30.0)],
        "ours": [{"wall": 2.0, "cpu": 5.0, "peak": 9e8}],
    },
}  # fmt: skip
NIGHT = {"trades": 2_000_000, "clients": 10_000, "wall": 60.0, "cpu": 110.0, "peak": 1.5e9, "published": 2e7}


def test_the_page_gives_medians_and_ratios_of_scan_and_sql() -> None:
    text = page([FOUND], [NIGHT], "2026-11-22")
    assert "| sql | 9.00 | 20.00 | 100.0 | 1.00 | 0.60 | – |" in text
    assert "| ours | 2.00 | 5.00 | 25.0 | 0.25 | 0.90 | 25 of 25 |" in text
    assert "| 2,000,000 | 10,000 | 60 | 110 | 55.0 | 1.50 | 20 |" in text


def test_the_picture_is_whole_and_longer_bars_took_longer() -> None:
    drawn = ET.fromstring(picture("a < b", "below", bars(FOUND)))
    rows = [r for r in drawn.iter("{http://www.w3.org/2000/svg}rect") if r.get("class") in ("bar", "ours")]
    widths = [float(r.get("width") or 0) for r in rows]
    assert widths[0] < widths[2] < widths[1]
    assert [r.get("class") for r in rows] == ["bar", "bar", "ours"]


def test_one_contender_alone_is_drawn_too() -> None:
    assert ET.fromstring(picture("alone", "", [Bar("ours", 1.0, True)])) is not None


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(tmp_path_factory.mktemp("night"))
    drop = drop_of(made(folder, 2_000, 20), folder / "branch") / "drop"
    report = ingest(folder / "home", Request(drop, date(2030, 1, 1), settings=EngineSettings(threads=1)))
    assert not any(report.findings.values())
    return folder / "home"


def test_a_branch_made_for_nights_comes_in_whole(home: Path) -> None:
    sources = Sources.of(home)
    assert sources.rows("trade", ("trade_id",)).num_rows == 2_000
    assert sources.rows("client", ("client_id",)).num_rows == 20
    assert sources.rows("quote", ("date",)).num_rows == 3_000 * 500
