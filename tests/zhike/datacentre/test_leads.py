"""A lead has no client until its account is open; it waits for nobody."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from zhike.datacentre.ingest import ingest
from zhike.datacentre.report import Report
from zhike.datacentre.request import Request


def _delivered(home: Path, name: str, **files: str) -> Report:
    drop = home.with_name(name)
    drop.mkdir()
    for table, text in files.items():
        (drop / f"{table}.csv").write_text(text, "utf-8")
    return ingest(home, Request(drop, date(2025, 3, 31)))


def test_a_lead_without_a_client_is_accepted_where_clients_are_known_already(tmp_path: Path) -> None:
    home = tmp_path / "home"
    _delivered(home, "first", client="client_id,kind,opened_on,branch_id\nA,individual,2024-01-02,B1\n")
    leads = "lead_id,created_at,channel_id,client_id\nL1,2025-03-03 10:00,C1,\nL2,2025-03-03 11:00,C1,A\n"
    for name, text in (("second", leads), ("third", leads + "L3,2025-03-04 09:00,C1,\n")):
        (file,) = _delivered(home, name, lead=text).files
        assert (file.accepted, file.quarantined) == (text.count("\nL"), 0)
