"""A delivered file that changes while it is read: what was taken in counts, not what became of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from zhike.datacentre import tasks
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.datacentre.work import Done, Task, perform
from zhike.engine import EngineSettings, durable

_HEADER = "date,index_id,open,high,low,close,volume,amount\n"


def test_rows_come_from_the_bytes_that_were_taken_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "drop" / "index_bar.csv"
    path.parent.mkdir()
    path.write_text(_HEADER + "2025-03-03,000001.SH,10,12,9,11,100,1000\n")

    def changed_first(task: Task) -> Done:
        path.write_text(_HEADER + "2025-03-03,000001.SH,10,19,9,18,100,1000\n")
        return perform(task)

    monkeypatch.setattr(tasks, "perform", changed_first)
    monkeypatch.setattr(durable, "_SETTLED", 0)  # else a file as new as this one is read from its copy anyway
    home = tmp_path / "home"
    report = ingest(home, Request(path.parent, date(2025, 3, 4), settings=EngineSettings(threads=1)))
    assert [f.accepted for f in report.files] == [1]
    (stored,) = (p for p in home.glob("drops/*/*-0000.parquet"))
    assert [float(v) for v in pq.read_table(stored, columns=["close"])["close"].to_pylist()] == [11.0]
