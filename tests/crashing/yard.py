"""The yard where homes are crashed: what is done to them, what holds before and after, and how a reader sees it."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from published import stages, tables
from small_drops import AS_OF, SETTINGS, drop
from zhike.datacentre.generation import Draft, Generation, Inputs, write_part
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.datacentre.retention import Keep, retire
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
LATER = datetime(2100, 1, 1, tzinfo=UTC)  # whatever was taken in by now is old then


class Torn(Exception):
    """A reader found files missing, or other bytes than the state says."""


def seen(home: Path) -> str:
    """Read what holds, and what was published last, as a reader does; return one hash of all rows."""
    return hashlib.sha256((_stored(home) + _published(home)).encode()).hexdigest()


def _published(home: Path) -> str:
    """Read the latest generation, every file against its SHA-256."""
    latest = Generation.latest(home)
    if latest is None:
        return ""
    whole = hashlib.sha256(repr((latest.id, latest.manifest.previous)).encode())
    for table in latest.tables:
        rows = [r for f in latest.verified(table) for r in read_table(f).to_pylist()]
        if len(rows) != latest.rows(table) or {r["as_of"] for r in rows} != {latest.manifest.as_of}:
            raise Torn(f"{table}: {len(rows)} rows, the generation says {latest.rows(table)}")
        whole.update(repr((table, sorted(map(repr, rows)))).encode())
    return whole.hexdigest()


def _stored(home: Path) -> str:
    """Read the state that holds, every file against its SHA-256."""
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
    """Something that changes a home: ingest the drop in `folder`, or (None) take back drop `number`.

    Or, where `day` says so, publish a generation of that day, and let the oldest go. Or, where `raw`, remove delivered
    bytes past a limit.
    """

    folder: str | None
    number: str = ""
    day: str = ""
    raw: bool = False

    @property
    def asked(self) -> dict[str, str | bool | None]:
        """Return it as a forked process is asked for it."""
        return asdict(self)

    def do(self, home: Path) -> None:
        """Do it."""
        if self.day:
            _night(home, date.fromisoformat(self.day))
            retire(home, Keep(), LATER, raw=False)
        elif self.raw:
            retire(home, Keep(raw_days=1), LATER, raw=True)
        elif self.folder is None:
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


def _night(home: Path, day: date) -> None:
    """Publish a small generation, one table of which is a file of several pages and one of two files."""
    with Draft(home, Inputs.gather(home, {}), day) as draft:
        for name, rows in tables(stage=stages("growing" if day.day % 2 else "mature")).items():
            draft.write(name, rows)
        for part, client in (("0000", "A"), ("0001", "B")):
            draft.adopt(write_part(draft.part("asset_series", part), _series(client)))
        draft.publish()


def _series(client: str) -> pa.Table:
    """Return 600 days of assets that don't compress well."""
    cents = [(i * 7919 + 104_729) ** 3 % 10**11 for i in range(600)]
    amounts = pa.array(cents, pa.int64()).cast(pa.float64())
    days = [date(2023, 1, 1) + timedelta(days=i) for i in range(600)]
    money = dict.fromkeys(("cash", "securities", "funds", "debt", "net"), amounts)
    return pa.table({"client_id": [client] * 600, "date": days, **money})


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

    In two a month of daily drops is put together into one file, or that file is given up again. In the last ones a
    generation is published: the first, the next, and the eighth, for which the oldest goes. In the very last one
    delivered bytes are removed.
    """
    folders = _drops(place)
    empty, one, two, many, month, night, week = (place / f"base{i}" for i in range(7))
    empty.mkdir()
    Deed(folders["first"]).do(one)
    shutil.copytree(one, two)
    Deed(folders["second"]).do(two)
    shutil.copytree(one, many)
    for day in range(1, ENOUGH + 1):
        Deed(_daily(place / f"day{day}", day)).do(many)
    shutil.copytree(many, month)
    Deed(folders["second"]).do(month)
    shutil.copytree(one, night)
    Deed(None, day="2025-04-30").do(night)
    shutil.copytree(night, week)
    for day in range(1, Keep().generations or 0):
        Deed(None, day=f"2025-05-0{day}").do(week)
    plans = {
        "first drop": (Deed(folders["first"]), empty),
        "second drop": (Deed(folders["second"]), one),
        "long drop": (Deed(folders["long"]), one),
        "packed drop": (Deed(folders["packed"]), one),
        "undo": (Deed(None, "2"), two),
        "undo of clients": (Deed(None, "1"), two),
        "closing drop": (Deed(folders["second"]), many),
        "undo in a closed month": (Deed(None, "9"), month),
        "first night": (Deed(None, day="2025-04-30"), one),
        "next night": (Deed(None, day="2025-05-01"), night),
        "eighth night": (Deed(None, day="2025-05-08"), week),
        "same night": (Deed(None, day="2025-04-30"), night),
        "old files": (Deed(None, raw=True), two),
    }
    return {name: _scene(name, deed, base, place / "trial") for name, (deed, base) in plans.items()}


def _daily(folder: Path, day: int) -> str:
    """Write the drop of one trading day in March; the third was a Monday, and trades of Sundays wait."""
    head = FIRST["trade.csv"].partition("\n")[0]
    weeks, weekday = divmod(day - 1, 5)
    row = f"D{day},2025-03-{3 + 7 * weeks + weekday:02d},A,600000.SH,buy,ordinary,100,{day},{day * 100},5,"
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
