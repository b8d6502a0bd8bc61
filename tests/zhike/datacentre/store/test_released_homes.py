"""Homes that released versions wrote: today's code reads every row of them, checks them, adds to them, runs on them."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

import zhike
from kept_homes import HOMES, LARGEST, TAKEN_BACK, content, told, unpack, versions
from small_drops import AS_OF, SETTINGS, take_in
from zhike.base.errors import StoreError, UsageError
from zhike.datacentre.audit import audit
from zhike.datacentre.generation import Generation
from zhike.datacentre.generation import manifest as generations
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.datacentre.store import manifest as manifests
from zhike.datacentre.store.house import Store
from zhike.datacentre.undo import undo
from zhike.engine.durable import as_json, write_whole
from zhike.run import run_night

ROOT = Path(__file__).parents[4]
NEXT = {
    "trade.csv": "trade_id,date,client_id,security_id,side,kind,quantity,price,amount\n"
    "T3,2025-04-02,Z1,600000.SH,buy,ordinary,300,10,3000\n",
    "client.csv": "client_id,kind,name\nZ9,individual,赵六\n",
}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return each version's home, to be read only."""
    return {v: unpack(v, tmp_path_factory.mktemp("released") / v) for v in versions()}


@pytest.fixture(params=versions())
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def home(unpacked: dict[str, Path], version: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(unpacked[version], tmp_path / "home"))


def broken(home: Path) -> list[str]:
    found = audit(home, SETTINGS, deep=True)
    return [f"{r.invariant.name}: {b.where} {b.said.en}" for r in found.results for b in r.breaks]


def rows(home: Path) -> dict[str, int]:
    manifest = Store(home).manifest()
    return {t: manifest.rows(t) for t in manifest.tables if manifest.rows(t)}


def test_there_is_a_home_of_this_version_and_of_every_one_in_the_changelog() -> None:
    released = re.findall(r"^## \[([\d.]+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    wanted = {zhike.__version__, *released}
    missing = sorted(wanted - set(versions()))
    assert missing == [], f"python tests/fixtures/homes_make.py {missing[0]} makes it; commit what it writes"


def test_the_home_of_this_version_has_the_formats_that_are_written_today(unpacked: dict[str, Path]) -> None:
    home = unpacked[zhike.__version__]
    state = json.loads(max((home / "states").glob("*.json")).read_bytes())
    latest = Generation.latest(home)
    assert latest is not None
    published = json.loads((latest.path / generations.MANIFEST).read_bytes())
    assert (state["format"], published["format"]) == (manifests.FORMAT, generations.FORMAT)


def test_homes_are_small(version: str) -> None:
    assert (HOMES / f"{version}.tar.xz").stat().st_size <= LARGEST


def test_every_row_of_every_table_is_there(unpacked: dict[str, Path], version: str) -> None:
    home, counted = unpacked[version], told(version)
    store, latest = Store(home), Generation.latest(home)
    state = store.manifest()
    found = {t: content(store.files(state, t), c["columns"]) for t, c in counted["stored"].items()}
    assert found == counted["stored"]
    assert set(rows(home)) == set(found)
    assert len(Generation.kept(home)) == counted["generations"]
    tables = (
        {t: content(latest.files(t), c["columns"]) for t, c in counted["published"].items()} if latest else {}
    )
    assert tables == counted["published"]


def test_a_row_less_would_be_seen(unpacked: dict[str, Path]) -> None:
    counted = told(zhike.__version__)["stored"]["trade"]
    store = Store(unpacked[zhike.__version__])
    files = store.files(store.manifest(), "trade")
    assert content(files[1:], counted["columns"]) != counted
    assert content(files, counted["columns"][1:])["sha256"] != counted["sha256"]


def test_every_invariant_holds(home: Path) -> None:
    assert broken(home) == []


def test_one_more_drop_is_taken_in_what_waited_comes_in_and_any_drop_can_be_taken_back(
    home: Path, tmp_path: Path
) -> None:
    before = rows(home)
    take_in(home, tmp_path / "next", NEXT)
    assert rows(home) == before | {"client": before["client"] + 1, "trade": before["trade"] + 2}
    undo(home, "next")
    assert rows(home) == before
    undo(home, "correction")
    assert rows(home) == before
    with pytest.raises(UsageError):
        undo(home, TAKEN_BACK)
    assert broken(home) == []


def test_a_drop_that_it_took_in_changes_nothing_when_it_comes_again(home: Path, tmp_path: Path) -> None:
    store = Store(home)
    state = store.manifest()
    for entry in state.drops:
        folder = tmp_path / entry.name
        folder.mkdir()
        for file in store.record(entry)["delivered"]:
            shutil.copy(store.raw / file["sha256"][:2] / file["sha256"], folder / file["file"])
        assert ingest(home, Request(folder, date(2025, 12, 31), settings=SETTINGS)).already
    assert store.manifest() == state


def test_a_night_runs_on_it_and_counts_moves_from_what_it_had_published(home: Path, version: str) -> None:
    before = Generation.latest(home)
    night = run_night(home, AS_OF if before is None else None, SETTINGS)
    done = night.published.generation
    assert done.rows("logic") == done.rows("stage") == rows(home)["client"]
    assert len(Generation.kept(home)) == told(version)["generations"] + (not night.published.unchanged)
    earlier = [g for g in Generation.kept(home) if g.manifest.as_of < done.manifest.as_of]
    assert (done.previous is None) == (not earlier)
    assert broken(home) == []


# A home from the future.


@pytest.mark.parametrize("what", ["state", "pointer", "generation"])
def test_a_home_of_a_later_format_is_refused_by_name_and_not_called_damaged(
    unpacked: dict[str, Path], tmp_path: Path, what: str
) -> None:
    home = Path(shutil.copytree(unpacked[zhike.__version__], tmp_path / "home"))
    if what == "state":
        path = max((home / "states").glob("*.json"))
        later(path)
        named = {"state": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        write_whole(home / "CURRENT", as_json(named))
    elif what == "pointer":
        later(home / generations.POINTER)
    else:
        entry = generations.entries(home)[-1]
        path = home / generations.ROOM / entry.folder / generations.MANIFEST
        later(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        generations.point(home, [generations.Entry(entry.folder, sha256)])
    with pytest.raises(StoreError, match=r"written by a newer Zhike \(format 99(?s:.*)nothing was changed"):
        (audit(home, SETTINGS), Generation.latest(home))
    with pytest.raises(StoreError, match="newer Zhike"):
        run_night(home, None, SETTINGS)


def later(path: Path) -> None:
    write_whole(path, as_json({**json.loads(path.read_bytes()), "format": 99}))


def test_a_state_of_the_days_before_the_first_format_is_called_unreadable_with_its_place(
    unpacked: dict[str, Path], tmp_path: Path
) -> None:
    home = Path(shutil.copytree(unpacked[zhike.__version__], tmp_path / "home"))
    path = max((home / "states").glob("*.json"))
    state = json.loads(path.read_bytes())
    del state["compacted"]
    write_whole(path, as_json(state))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    write_whole(home / "CURRENT", as_json({"state": path.name, "sha256": sha256}))
    with pytest.raises(StoreError, match=rf"compacted(?s:.*){path.name}"):
        Store(home).manifest()
