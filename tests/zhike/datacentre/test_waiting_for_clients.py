"""Who waits for a client: accounts do, and are known once it came; a lead doesn't, it has none until its account is open."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from zhike.datacentre.findings import findings
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


def test_an_account_that_waited_is_known_to_the_trades_that_come_with_its_client(tmp_path: Path) -> None:
    home = tmp_path / "home"
    client = "client_id,kind,opened_on,branch_id\n{},individual,2024-01-02,B1\n"
    accounts = "account_id,client_id,kind,opened_on\nA-1,A,cash,2024-01-02\nB-1,B,cash,2024-01-02\n"
    trade = (
        "trade_id,date,time,client_id,account_id,security_id,side,kind,quantity,price,amount,currency\n"
        "T1,2025-03-03,10:00:00,B,B-1,600000.SH,buy,ordinary,100,10.00,1000.00,CNY\n"
    )
    _delivered(home, "first", client=client.format("A"))
    _delivered(home, "second", account=accounts)
    report = _delivered(home, "third", client=client.format("B"), trade=trade)
    told = [f for rows in findings(home, "en") for f in rows.to_pylist()]
    assert [
        f["value"] for f in told if f["check"] == "unknown_reference" and f["column"] == "account_id"
    ] == []
    assert report.tables["trade"].new == 1
