"""One correction among many rows: keys are read, and of whole rows only those that it concerns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from small_drops import SETTINGS, take_in
from zhike.datacentre import settle as settling
from zhike.datacentre.audit import audit
from zhike.datacentre.store import liveness
from zhike.datacentre.store.house import Store
from zhike.datacentre.tables.definition import Table
from zhike.engine.parquet import read_table

CLIENTS = "client_id,kind,name\nA,individual,张三\n"
HEADER = "trade_id,date,client_id,security_id,side,kind,quantity,price,amount,commission\n"
MANY = HEADER + "".join(f"T{n},2025-03-31,A,600000.SH,buy,ordinary,100,10,1000,5\n" for n in range(40))
AGAIN = "trade_id,date,client_id,security_id,side,kind,quantity,price,amount\nT7,2025-03-31,A,600000.SH,buy,ordinary,300,10,3000\n"


def _trades(home: Path) -> dict[str, tuple[int, int]]:
    store = Store(home)
    rows = [r for f in store.files(store.manifest(), "trade") for r in read_table(f).to_pylist()]
    return {r["trade_id"]: (int(r["quantity"]), int(r["commission"])) for r in rows}


@pytest.mark.parametrize("seldom", [1, 1_000])
def test_a_correction_is_found_however_rows_are_read(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seldom: int
) -> None:
    monkeypatch.setattr(liveness, "_SELDOM", seldom)
    take_in(home, tmp_path / "many", {"client.csv": CLIENTS, "trade.csv": MANY})
    take_in(home, tmp_path / "again", {"trade.csv": AGAIN})
    found = _trades(home)
    assert found["T7"] == (300, 5)
    assert all(found[f"T{n}"] == (100, 5) for n in range(10, 40))
    assert audit(home, SETTINGS, deep=True).sound


def test_rows_of_a_first_drop_are_judged_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged, resolve = [], settling.resolve

    def noting(home: Path, table: Table, *rest: Any, **more: Any) -> Any:
        judged.append(table.name)
        return resolve(home, table, *rest, **more)

    monkeypatch.setattr(settling, "resolve", noting)
    home, calendar = tmp_path / "home", "date\n2025-03-28\n2025-03-31\n2025-04-01\n"
    some = {"client.csv": CLIENTS, "calendar.csv": calendar, "trade.csv": MANY}
    take_in(home, tmp_path / "d1", some)
    assert "trade" not in judged  # though clients and trading days became known with it
    take_in(home, tmp_path / "d2", {"calendar.csv": "date\n2025-04-02\n", "trade.csv": AGAIN})
    assert "trade" in judged
    assert _trades(home)["T7"] == (300, 5)
    assert audit(home, SETTINGS, deep=True).sound


def test_a_row_of_a_first_drop_whose_client_is_unknown_waits_and_comes_in(tmp_path: Path) -> None:
    home, stranger = tmp_path / "home", "X1,2025-03-31,B,600000.SH,buy,ordinary,100,10,1000,5\n"
    calendar = "date\n2025-03-28\n2025-03-31\n2025-04-01\n"
    files = {"client.csv": CLIENTS, "calendar.csv": calendar, "trade.csv": MANY + stranger}
    take_in(home, tmp_path / "d1", files)
    assert "X1" not in _trades(home)
    take_in(home, tmp_path / "d2", {"client.csv": "client_id,kind,name\nB,individual,李四\n"})
    assert _trades(home)["X1"] == (100, 5)
    assert audit(home, SETTINGS, deep=True).sound
