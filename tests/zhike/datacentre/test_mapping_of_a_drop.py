"""What a drop's mapping.toml and its feed's do to a whole ingest, and what the report says of them."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from small_drops import AS_OF, CLIENTS, SETTINGS, drop, take_in
from zhike.base.errors import UsageError
from zhike.datacentre.findings import findings
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


# Entries that match nothing.

MONEY = "日期,业务名称,发生金额,币种\n20250331,银行转存,100,人民币\n"


def unused(home: Path, folder: Path, files: dict[str, str]) -> dict[str, str]:
    """Take a drop in; return the entries of its mapping that matched nothing, and what is said of them."""
    number = str(take_in(home, folder, files).number)
    rows = [r for piece in findings(home, "en", number) for r in piece.to_pylist()]
    odd = [r for r in rows if r["check"] == "unused_mapping"]
    assert all((r["source"], r["severity"]) == ("mapping.toml", "warning") for r in odd)
    return {r["column"]: r["reason"] for r in odd}


USED = """
[trade.columns]
"证券代码 " = "security_id"
[trade.constant]
client_id = "A1"
[trade.flag]
神秘业务 = "buy"
[trade.width]
security_id = 6
[trade.derive]
amount = "price*quantity"
[trade.security]
suffix = "by-code"
[cash_flow.constant]
account_id = "Z1"
[split]
"另一种业务" = "none"
[files]
"交割单*" = "trade"
"notes/*.txt" = "none"
"""


def test_a_mapping_all_of_whose_entries_match_something_is_no_finding(tmp_path: Path) -> None:
    files = {"交割单.csv": STATEMENT, "notes/a.txt": "a,b\n", "mapping.toml": USED}
    assert unused(tmp_path / "home", tmp_path / "d", files) == {}


def test_every_entry_that_matches_nothing_is_named_with_what_was_perhaps_meant(tmp_path: Path) -> None:
    mapping = (
        '[trade.columns]\n证券代号 = "security_id"\n[trade.constant]\nclient_id = "A1"\n'
        "[trade.width]\naccount_id = 10\n[trade.scale]\nstamp_duty = 100\n"
        '[quote.scale]\nvolume = 100\n[quote.security]\nsuffix = "as-is"\n'
        '[asset.constant]\nclient_id = "A1"\n[cash_flow.flag]\n"银行转存" = "cash_flow"\n'
        '[files]\n"交割淡.csv" = "trade"\n"*.md" = "none"\n"mapping.*" = "none"\n'
    )
    found = unused(tmp_path / "home", tmp_path / "d", {"交割单.csv": STATEMENT, "mapping.toml": mapping})
    correct = "Correct it, or take the entry out."
    assert found == {
        "[files] 交割淡.csv": "No file's name fits '交割淡.csv'. Did you mean '交割单.csv'? Else take the entry out.",
        "[files] *.md": f"No file's name fits '*.md'. {correct}",
        "[files] mapping.*": f"No file's name fits 'mapping.*'. {correct}",
        "[trade.columns] 证券代号": "No file that is read as trade has a column '证券代号'. "
        "Did you mean '证券代码'? Else take the entry out.",
        "[trade.width] account_id": f"No file gives the column account_id of trade. {correct}",
        "[trade.scale] stamp_duty": f"No file gives the column stamp_duty of trade. {correct}",
        "[quote.scale] volume": f"No file is read as quote. {correct}",
        "[quote.security] suffix": f"No file is read as quote. {correct}",
        "[asset.constant] client_id": f"No file brings rows to the table asset. {correct}",
        "[cash_flow.flag] 银行转存": f"No file is read as cash_flow. {correct}",
    }


def test_a_column_that_only_a_file_of_another_table_has_matches_nothing(tmp_path: Path) -> None:
    files = {"client.csv": CLIENTS, "mapping.toml": '[trade.columns]\nname = "client_id"\n'}
    assert list(unused(tmp_path / "home", tmp_path / "d", files)) == ["[trade.columns] name"]


def test_what_is_said_of_trades_holds_for_the_money_flows_that_share_it(tmp_path: Path) -> None:
    mapping = '[trade.constant]\nclient_id = "A1"\nprice = 1\n[files]\n"flow.csv" = "cash_flow"\n'
    found = unused(tmp_path / "home", tmp_path / "d", {"flow.csv": MONEY, "mapping.toml": mapping})
    assert list(found) == ["[trade.constant] price"]


def test_what_a_feeds_mapping_says_of_nothing_is_not_held_against_one_drop(tmp_path: Path) -> None:
    (tmp_path / "home" / "feeds").mkdir(parents=True)
    feed = '[trade.columns]\n证券代号 = "security_id"\n[files]\n"*.md" = "none"\n[asset.constant]\ncash = 1\n'
    (tmp_path / "home" / "feeds" / "default.toml").write_text(feed, "utf-8")
    own = "[quote.scale]\nvolume = 100\n"
    found = unused(tmp_path / "home", tmp_path / "d", {"client.csv": CLIENTS, "mapping.toml": own})
    assert list(found) == ["[quote.scale] volume"]


def test_beside_a_file_that_cannot_be_opened_only_globs_are_judged(tmp_path: Path) -> None:
    mapping = '[trade.columns]\n证券代号 = "security_id"\n[files]\n"*.md" = "none"\n'
    files = {"client.csv": CLIENTS, "book.xlsx": "PK\x03\x04 no workbook", "mapping.toml": mapping}
    assert list(unused(tmp_path / "home", tmp_path / "d", files)) == ["[files] *.md"]


def test_beside_a_file_that_nothing_is_known_of_its_columns_count_and_tables_are_not_judged(
    tmp_path: Path,
) -> None:
    mapping = '[trade.columns]\n甲 = "client_id"\n丙 = "date"\n[asset.constant]\ncash = 1\n'
    files = {"x.csv": "甲,乙\n1,2\n", "mapping.toml": mapping}
    assert list(unused(tmp_path / "home", tmp_path / "d", files)) == ["[trade.columns] 丙"]
