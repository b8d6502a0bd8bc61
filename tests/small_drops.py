"""Small drops in the contract's own columns, with sums one can do by hand. 2025-03-31 was a Monday."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from zhike.datacentre.ingest import ingest
from zhike.datacentre.report import Report
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings

AS_OF = date(2025, 4, 30)
SETTINGS = EngineSettings(threads=1, memory=256 << 20)

CLIENTS = """client_id,kind,name,phone
A,individual,张三丰,13800000001
B,individual,李四,13800000002
"""
C_ARRIVES = "client_id,kind,name\nC,individual,王五\n"
# T3 belongs to C, who isn't known; in T4 the amount isn't 100 × 10.
TRADES = """trade_id,date,client_id,security_id,side,kind,quantity,price,amount,commission,flag
T1,2025-03-31,A,600000.SH,buy,ordinary,100,10,1000,5,证券买入
T2,2025-04-01,B,600000.SH,sell,ordinary,200,10.5,2100,5,=1+1
T3,2025-04-01,C,000001.SZ,buy,ordinary,100,12,1200,5,
T4,2025-04-02,A,600000.SH,buy,ordinary,100,10,1001,5,
"""
# T1 was 200 shares; the commission isn't said again, so it stays.
T1_AGAIN = """trade_id,date,client_id,security_id,side,kind,quantity,price,amount
T1,2025-03-31,A,600000.SH,buy,ordinary,200,10,2000
"""
ASSETS = """date,client_id,cash,securities,funds,debt,net
2025-03-31,A,100,1000,0,50,1050
2025-03-31,B,0.5,0,0,0,0.5
"""
FIRST = {"client.csv": CLIENTS, "trade.csv": TRADES, "asset.csv": ASSETS}


def drop(folder: Path, files: dict[str, str] | None = None) -> Path:
    """Write the files of a drop; without any, those of FIRST."""
    for name, text in (FIRST if files is None else files).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def take_in(home: Path, folder: Path, files: dict[str, str] | None = None) -> Report:
    """Write a drop and ingest it."""
    return ingest(home, Request(drop(folder, files), AS_OF, settings=SETTINGS))
