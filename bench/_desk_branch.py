"""A home folder with a generation of a given size: a real night's of 2,000 clients, laid side by side with new numbers and names.

A real night over a million clients takes hours; the desk only reads what it left. So each copy's classes, measures and events
repeat, its numbers, names, phones, branches and staff are its own, and the tables have the sizes a night of that many clients
leaves (230 days of assets a client). Clients, relations, staff and securities are ingested as any drop is.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhike.datacentre.generation import Generation, manifest
from zhike.datacentre.generation.manifest import Contents, File
from zhike.datacentre.store.house import Store
from zhike.datacentre.tables import table as table_called
from zhike.engine.durable import sha256_of
from zhike.engine.parquet import read_table

KEPT = Path(__file__).resolve().parent.parent / "var" / "bench"
BASE = 2_000
TILES = 10  # copies in a file
NUMBERS = 10_000  # between one copy's numbers and the next's
BRANCH = 5  # copies in a branch: 10,000 clients
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤单仇解查"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华文志建国红玉春梅海波宇浩然子轩欣怡佳琪雨晨思远博雅婷雪莲飞鹏鑫辉斌龙云峰健康宁安乐天成林森木水清泉山川田园永恒久长青松柏竹菊荷花香月星辰阳光亮新荣富贵祥瑞福禄寿喜庆善美慧智仁义礼信忠孝廉耻温良恭俭让家琳颖璐瑶珊珍珠玲珑璇琴瑟诗书画棋歌舞乐章"
_IDS = (
    "client_card",
    "logic",
    "stage",
    "value",
    "clv",
    "measure",
    "asset_series",
    "attribution",
    "holding_now",
    "product_now",
    "timeline",
    "proposal",
)


def branch_home(clients: int) -> Path:
    """Return the home folder of so many clients (a multiple of 2,000), made where it isn't there yet."""
    home = KEPT / f"desk-{clients}"
    if (home / "PUBLISHED").exists():
        return home
    shutil.rmtree(home, ignore_errors=True)
    base = Generation.latest(_base())
    assert base is not None
    tiles = max(1, round(clients / BASE))
    _take_in(base.home, home, tiles)
    _lay_out(base, home, tiles)
    return home


def _base() -> Path:
    home = KEPT / "desk-base"
    if not (home / "PUBLISHED").exists():
        _zhike("up", "--clients", str(BASE), "--home", str(home))
    return home


def _zhike(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "zhike", *words], check=True, stdout=subprocess.DEVNULL)


def _take_in(base: Path, home: Path, tiles: int) -> None:
    """Ingest clients, relations and staff of every copy, and the securities."""
    drop = home.with_name(f"{home.name}-drop")
    shutil.rmtree(drop, ignore_errors=True)
    drop.mkdir(parents=True)
    for table in ("client", "relation", "staff"):
        rows = _stored(base, table)
        if table == "client":
            rows = rows.drop_columns(["referrer_id", "channel_id"])
        with pq.ParquetWriter(drop / f"{table}.parquet", rows.schema) as out:
            for tile in range(tiles):
                out.write_table(_own(rows, tile))
    pq.write_table(_stored(base, "security"), drop / "security.parquet")
    _zhike("ingest", str(drop), "--feed", "made-up", "--home", str(home))
    shutil.rmtree(drop)


def _stored(home: Path, table: str) -> pa.Table:
    store = Store(home)
    columns = [c.name for c in table_called(table).columns]
    return pa.concat_tables([read_table(f, columns) for f in store.files(store.manifest(), table)])


def _own(rows: pa.Table, tile: int) -> pa.Table:
    """Give a copy's rows their own numbers, branch, staff, and their clients names and phones that follow from their numbers."""
    for name, value in (
        ("client_id", _number),
        ("staff_id", _staff),
        ("branch_id", _branch),
        ("proposal_id", _proposal),
    ):
        if name in rows.column_names:
            rows = _set(rows, name, value(rows[name], tile))
    if "phone" in rows.column_names:
        names, phones = _people(rows["client_id"].cast(pa.int64()).to_numpy())
        if "id_number" not in rows.column_names:  # cards show hints
            names = [n[0] + "*" * (len(n) - 1) for n in names]
            phones = ["*" * 9 + p[-2:] for p in phones]
        person = pc.equal(rows["kind"], "individual")
        rows = _set(rows, "name", pc.if_else(person, pa.array(names), rows["name"]))
        rows = _set(rows, "phone", pa.array(phones))
    return rows


def _people(numbers: npt.NDArray[np.int64]) -> tuple[list[str], list[str]]:
    """Return names and phones of clients by their numbers: three quarters have two given characters."""
    names, phones = [], []
    for number in numbers.tolist():
        a, b, c, d = random.Random(number).choices(range(1 << 20), k=4)
        given = _GIVEN[a % len(_GIVEN)] + (_GIVEN[b % len(_GIVEN)] if d % 4 else "")
        names.append(_SURNAMES[c % len(_SURNAMES)] + given)
        phones.append(f"1{3_000_000_000 + a * 5_003 + b:010d}")
    return names, phones


def _set(rows: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return rows.set_column(rows.column_names.index(name), name, values)


def _number(ids: pa.ChunkedArray, tile: int) -> pa.ChunkedArray:
    numbers = pc.add(ids.cast(pa.int64()), tile * NUMBERS)
    return pc.utf8_lpad(numbers.cast(pa.string()), 10, "0")


def _staff(ids: pa.ChunkedArray, tile: int) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(ids, f"{tile:03d}", "")


def _branch(ids: pa.ChunkedArray, tile: int) -> pa.Array:
    return pa.array([str(3000 + tile // BRANCH)] * len(ids))


def _proposal(ids: pa.ChunkedArray, tile: int) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(ids, str(tile), "-")


def _lay_out(base: Generation, home: Path, tiles: int) -> None:
    """Write the generation's tables: those of clients once a copy, the others as they are; then manifest and pointer."""
    folder = home / "generations" / f"{base.manifest.as_of}-{tiles:016x}"
    tables = {}
    for table in base.tables:
        if table in ("measure_detail", "finding"):
            continue
        files = list(_files(base, table, folder, tiles))
        contents = base.manifest.tables[table]
        tables[table] = Contents(sum(f.rows for f in files), contents.content, tuple(files), contents.further)
    made = replace(base.manifest, id=f"{tiles:016x}", tables=tables)
    manifest.point(home, [manifest.write(folder, made)])


def _files(base: Generation, table: str, folder: Path, tiles: int) -> Iterator[File]:
    rows = base.read(table)
    path = folder / table / "all.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    if table not in _IDS:
        pq.write_table(rows, path, compression="zstd")
        yield _file(path, folder, len(rows))
        return
    groups = [range(at, min(at + TILES, tiles)) for at in range(0, tiles, TILES)]
    step = 4096 // len(groups)
    for place, group in enumerate(groups):
        path = folder / table / f"{place * step:04d}-{(place + 1) * step:04d}.parquet"
        with pq.ParquetWriter(path, rows.schema, compression="zstd", compression_level=1) as out:
            for tile in group:
                out.write_table(_own(rows, tile).cast(rows.schema), row_group_size=120_000)
        yield _file(path, folder, len(rows) * len(group))


def _file(path: Path, folder: Path, rows: int) -> File:
    return File(
        path=str(path.relative_to(folder)), rows=rows, bytes=path.stat().st_size, sha256=sha256_of(path)
    )
