"""What a drop's mapping.toml and its feed's do to a whole ingest, and what the report says of them."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from small_drops import AS_OF, CLIENTS, SETTINGS, drop, take_in
from zhike.base.errors import UsageError
from zhike.datacentre.ingest import ingest
from zhike.datacentre.report import Report
from zhike.datacentre.request import Request
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import follow, save
from zhike.datacentre.undo import undo
from zhike.engine.durable import sha256_of


@pytest.mark.parametrize("glob", ["clients.csv.gz", "*.csv.gz", "clients.csv", "*.csv"])
def test_a_file_in_gz_is_left_out_by_its_name_with_gz_as_well_as_without(tmp_path: Path, glob: str) -> None:
    folder = drop(tmp_path / "d", {"mapping.toml": f'[files]\n"{glob}" = "none"\n'})
    (folder / "clients.csv.gz").write_bytes(gzip.compress(CLIENTS.encode()))
    report = take_in(tmp_path / "home", folder, {})
    assert [(f.file, f.table, f.accepted, f.other) for f in report.files] == [("clients.csv", None, 0, 3)]


def test_a_constant_that_is_no_value_of_its_column_stops_the_run_before_anything_is_stored(
    tmp_path: Path,
) -> None:
    with pytest.raises(UsageError) as caught:
        take_in(tmp_path / "home", tmp_path / "d", {"mapping.toml": '[trade.constant]\nside = "bye"\n'})
    assert caught.value.where == "mapping.toml [trade.constant] side"
    assert not list((tmp_path / "home").glob("drops/*"))


# What a feed's mapping is, and was.

STATEMENT = (
    "成交日期,证券代码,操作,成交数量,成交均价,成交金额\n"
    "20250331,600000,神秘业务,100,10,1000\n"
    "20250331,600000,证券买入,200,10,2000\n"
)
NOTHING_BUT_THE_CLIENT = '[trade.constant]\nclient_id = "A1"\n'
ALSO_THE_FLAG = NOTHING_BUT_THE_CLIENT + '[trade.flag]\n神秘业务 = "buy"\n'


def say_of_feed(home: Path, text: str) -> None:
    (home / "feeds").mkdir(parents=True, exist_ok=True)
    (home / "feeds" / "desk.toml").write_text(text, "utf-8")


def take_from(home: Path, folder: Path, feed: str = "desk", *, dry_run: bool = False) -> Report:
    return ingest(home, Request(folder, AS_OF, feed, dry_run, SETTINGS))


def named(report: Report) -> list[str]:
    return [n.name for n in report.notes]


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    return drop(tmp_path / "d", {"交割单.csv": STATEMENT})


def test_a_drop_that_comes_again_after_its_feeds_mapping_changed_is_told_so_and_how_to_go_on(
    tmp_path: Path, statement: Path
) -> None:
    home = tmp_path / "home"
    say_of_feed(home, NOTHING_BUT_THE_CLIENT)
    first = take_from(home, statement)
    assert (first.tables["trade"].new, first.files[0].quarantined, first.notes) == (1, 1, ())
    say_of_feed(home, ALSO_THE_FLAG)
    again = take_from(home, statement)
    assert (again.already, named(again)) == (True, ["mapping_differs"])
    [note] = again.notes
    assert note.where == "feeds/desk.toml"
    assert "nothing was changed" in note.en
    assert "zhike undo 1" in note.en + note.next_en
    assert "zhike undo 1" in note.next_zh
    assert named(take_from(home, statement, dry_run=True)) == ["mapping_differs"]
    undo(home, "1")
    after = take_from(home, statement)
    assert (after.tables["trade"].new, after.files[0].quarantined, after.notes) == (2, 0, ())
    assert take_from(home, statement).notes == ()


def test_a_mapping_that_says_the_same_in_other_words_is_no_other_mapping(
    tmp_path: Path, statement: Path
) -> None:
    home = tmp_path / "home"
    say_of_feed(home, ALSO_THE_FLAG)
    take_from(home, statement)
    say_of_feed(home, "# reworded\n[trade]\nflag = { 神秘业务 = 'buy' }\nconstant.client_id = 'A1'\n")
    assert take_from(home, statement).notes == ()


def test_a_record_from_before_mappings_were_remembered_still_loads(tmp_path: Path, statement: Path) -> None:
    home = tmp_path / "home"
    say_of_feed(home, NOTHING_BUT_THE_CLIENT)
    take_from(home, statement)
    store = Store(home)
    manifest = store.manifest()
    [entry] = manifest.drops
    record = store.record(entry)
    del record["mapping"], record["report"]["notes"]
    path = home / entry.folder / "drop.json"
    path.write_text(json.dumps(record), "utf-8")
    save(home, follow(manifest, drops=(replace(entry, record_sha256=sha256_of(path)),)))
    say_of_feed(home, ALSO_THE_FLAG)
    again = take_from(home, statement)
    assert (again.already, again.notes) == (True, ())


def test_a_feed_without_a_mapping_is_named_with_the_one_that_was_perhaps_meant(
    tmp_path: Path, statement: Path
) -> None:
    home = tmp_path / "home"
    say_of_feed(home, NOTHING_BUT_THE_CLIENT)
    report = take_from(home, statement, "dekc", dry_run=True)
    assert [(n.name, n.severity, n.where) for n in report.notes] == [
        ("feed_without_mapping", "info", "feeds/dekc.toml")
    ]
    assert "Did you mean --feed desk?" in report.notes[0].next_en
    assert "--feed desk" in report.notes[0].next_zh
    assert "Did you mean" not in take_from(home, statement, "银河").notes[0].next_en
    assert take_from(home, statement, "desk", dry_run=True).notes == ()
    assert take_from(home, statement, "default", dry_run=True).notes == ()
