"""The yard where homes are crashed: what is done to them, what holds before and after, and how a reader sees it."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from small_drops import AS_OF, SETTINGS, drop
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.datacentre.store.compaction import ENOUGH
from zhike.datacentre.store.house import Store
from zhike.datacentre.undo import undo
from zhike.engine.durable import sha256_of
from zhike.engine.parquet import read_table

# A third client's trade waits; the second drop brings the client, alters T1 (merged: its commission stays) and F1,
# and says T2 again as it was.
FIRST = {
    "client.csv": "client_id,kind,name,phone\nA,individual,张三丰,13800000001\nB,individual,李四,13800000002\n",
    "trade.csv": "trade_id,date,client_id,security_id,side,kind,quantity,price,amount,commission,flag\n"
    "T1,2025-03-31,A,600000.SH,buy,ordinary,100,10,1000,5,证券买入\n"
    "T2,2025-04-01,B,600000.SH,sell,ordinary,200,10.5,2100,5,=1+1\n"
    "T3,2025-04-01,C,000001.SZ,buy,ordinary,100,12,1200,5,\n",
    "cash_flow.csv": "flow_id,date,client_id,kind,amount\nF1,2025-03-30,A,bank,5000\nF2,2025-03-30,B,bank,700\n",
}
SECOND = {
    "client.csv": "client_id,kind,name\nC,individual,王五\n",
    "trade.csv": "trade_id,date,client_id,security_id,side,kind,quantity,price,amount\n"
    "T1,2025-03-31,A,600000.SH,buy,ordinary,200,10,2000\n"
    "T2,2025-04-01,B,600000.SH,sell,ordinary,200,10.5,2100\n",
    "cash_flow.csv": "flow_id,date,client_id,kind,amount\nF1,2025-03-30,A,bank,6000\n",
}
# A file of several pages of disk: a nearly full disk takes a part of it.
LONG = "trade_id,date,client_id,security_id,side,kind,quantity,price,amount\n" + "".join(
    f"L{i},2025-04-02,{'AB'[i % 2]},600000.SH,buy,ordinary,100,{i},{i * 100}\n" for i in range(1, 301)
)
Picture = Mapping[str, str]


class Torn(Exception):
    """A reader found files missing, or other bytes than the state says."""


def seen(home: Path) -> str:
    """Read the state that holds as a reader does, every file against its SHA-256; return one hash of all its rows."""
    manifest = Store(home).manifest()
    for name, digest in manifest.files().items():
        if not (home / name).is_file() or sha256_of(home / name) != digest:
            raise Torn(name)
    whole = hashlib.sha256(repr((manifest.state, manifest.next_drop, manifest.drops)).encode())
    for table in sorted(manifest.tables):
        rows = [r for f in manifest.live(table) for r in read_table(home / f).to_pylist()]
        if len(rows) != manifest.rows(table):
            raise Torn(f"{table}: {len(rows)} rows, the state says {manifest.rows(table)}")
        whole.update(repr((table, sorted(map(repr, rows)))).encode())
    return whole.hexdigest()


def picture(home: Path) -> dict[str, str]:
    """Map every folder and file of a home to its content's SHA-256; what a run leaves over shows here."""
    return {
        p.relative_to(home).as_posix(): sha256_of(p) if p.is_file() else "folder"
        for p in sorted(home.rglob("*"))
        if p.name != "LOCK"
    }


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that changes a home: ingest the drop in `folder`, or (None) take back drop `number`."""

    folder: str | None
    number: str = ""

    def do(self, home: Path) -> None:
        """Do it."""
        if self.folder is None:
            undo(home, self.number)
        else:
            ingest(home, Request(Path(self.folder), AS_OF, settings=SETTINGS))


@dataclass(frozen=True, slots=True)
class Scene:
    """A deed and the home it is done to (`base`, never touched); what a reader sees before it and after it, undisturbed.

    `final`: all that lies in the home when it was done, `again`: when another writer came after it (no state changes,
    but older ones beyond those kept go).
    """

    name: str
    deed: Deed
    base: Path
    before: str
    after: str
    final: Picture
    again: Picture

    def home(self, place: Path) -> Path:
        """Make a fresh copy of the base at `place`."""
        if place.exists():
            shutil.rmtree(place)
        return Path(shutil.copytree(self.base, place))


def _drops(place: Path) -> dict[str, str]:
    """Write the drops: the first, one over it, a long one, the long one packed (a child process unpacks it)."""
    kinds = {"first": FIRST, "second": SECOND, "long": {**SECOND, "more.csv": LONG}, "packed": SECOND}
    for name, files in kinds.items():
        (place / name).mkdir()
        drop(place / name, files)
    (place / "packed" / "more.csv.gz").write_bytes(gzip.compress(LONG.encode(), mtime=0))
    return {name: str(place / name) for name in kinds}


def scenes(place: Path) -> dict[str, Scene]:
    """Prepare every scene below `place`: the first drop ever, drops over another, undoing one or the other.

    In the last two a month of daily drops is put together into one file, or that file is given up again.
    """
    folders = _drops(place)
    empty, one, two, many, month = (place / f"base{i}" for i in range(5))
    empty.mkdir()
    Deed(folders["first"]).do(one)
    shutil.copytree(one, two)
    Deed(folders["second"]).do(two)
    shutil.copytree(one, many)
    for day in range(1, ENOUGH + 1):
        Deed(_daily(place / f"day{day}", day)).do(many)
    shutil.copytree(many, month)
    Deed(folders["second"]).do(month)
    plans = {
        "first drop": (Deed(folders["first"]), empty),
        "second drop": (Deed(folders["second"]), one),
        "long drop": (Deed(folders["long"]), one),
        "packed drop": (Deed(folders["packed"]), one),
        "undo": (Deed(None, "2"), two),
        "undo of clients": (Deed(None, "1"), two),
        "closing drop": (Deed(folders["second"]), many),
        "undo in a closed month": (Deed(None, "9"), month),
    }
    return {name: _scene(name, deed, base, place / "trial") for name, (deed, base) in plans.items()}


def _daily(folder: Path, day: int) -> str:
    """Write the drop of one day in March."""
    head = FIRST["trade.csv"].partition("\n")[0]
    row = f"D{day},2025-03-{day:02d},A,600000.SH,buy,ordinary,100,{day},{day * 100},5,"
    folder.mkdir()
    return str(drop(folder, {"trade.csv": f"{head}\n{row}\n"}))


def visit(home: Path) -> None:
    """Open the home as a writer who changes nothing: what a crash left is swept away."""
    with Store(home).writing():
        pass


def _scene(name: str, deed: Deed, base: Path, place: Path) -> Scene:
    shutil.rmtree(place, ignore_errors=True)
    home = Path(shutil.copytree(base, place))
    deed.do(home)
    after, final = seen(home), picture(home)
    visit(home)
    again = picture(home)
    shutil.rmtree(place)
    return Scene(name, deed, base, seen(base), after, final, again)
