"""What is past the limits is told first, then removed and written down; what anything rests on stays."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from published import DAY, publish
from small_drops import C_ARRIVES, CLIENTS, SETTINGS, TRADES, take_in
from zhike.base.errors import DamagedStore, UsageError
from zhike.datacentre.audit import Audit, audit
from zhike.datacentre.generation import Generation
from zhike.datacentre.retention import Keep, due, lost, retire, retired_drops
from zhike.datacentre.store import retired
from zhike.datacentre.store.house import Store
from zhike.datacentre.undo import undo

NOW = datetime(2026, 6, 1, 18, 30, tzinfo=UTC)
YEAR = Keep(raw_days=365)


def aged(home: Path, days: int, *paths: Path) -> None:
    """Make files (without any: all raw files and records of drops) look as if they were written so many days ago."""
    at = (NOW - timedelta(days=days)).timestamp()
    for path in paths or (
        *home.glob("raw/??/*"),
        *home.glob("drops/*/drop.json"),
        *home.glob("undone/*.json"),
    ):
        os.utime(path, (at, at))


def raw(home: Path) -> list[str]:
    return sorted(p.name for p in home.glob("raw/??/*"))


def ids(home: Path) -> list[str]:
    return [g.id for g in reversed(Generation.kept(home))]


def nights(home: Path, count: int) -> list[str]:
    return [publish(home, DAY + timedelta(days=n)).generation.id for n in range(count)]


def look(home: Path) -> Audit:
    return audit(home, SETTINGS, deep=True)


def breaks(home: Path) -> list[str]:
    return [f"{r.invariant.name} {b.where}" for r in look(home).results for b in r.breaks]


def remarks(home: Path) -> list[str]:
    return [b.said.en for r in look(home).results for b in r.remarks]


# Generations.


def test_without_a_setting_the_seven_latest_generations_stay_and_what_went_is_written_down(
    home: Path,
) -> None:
    made = nights(home, 9)
    gone = retire(home, Keep(), NOW, raw=False).generations
    assert [g.entry.id for g in gone] == made[:2]
    assert ids(home) == made[2:]
    assert len(list((home / "generations").iterdir())) == 7
    (record,) = retired.all_of(home)
    assert (record.kind, record.when, record.why) == (
        "generation", "2026-06-01T18:30:00+00:00", "[keep] generations = 7",
    )  # fmt: skip
    assert [g.name for g in record.gone] == [f"2025-04-30-{made[0]}", f"2025-05-01-{made[1]}"]
    assert [g.bytes for g in record.gone] == [g.bytes for g in gone]
    assert record.bytes > 1000
    assert breaks(home) == []


def test_looking_removes_nothing(home: Path) -> None:
    made = nights(home, 9)
    assert [g.entry.id for g in due(home, Keep(), NOW).generations] == made[:2]
    assert ids(home) == made
    assert not (home / "retired").exists()


def test_nothing_past_the_limits_leaves_no_record(home: Path) -> None:
    nights(home, 7)
    assert retire(home, Keep(), NOW, raw=True).generations == ()
    assert not (home / "retired").exists()


@pytest.mark.parametrize(
    ("keep", "stay"),
    [
        (Keep(generations=None), 9),
        (Keep(generations=3), 3),
        (Keep(generations=2), 2),
        (Keep(generations=3, generation_days=5), 6),  # 8 May and the five days before it
        (Keep(generations=8, generation_days=1), 8),
        (Keep(generations=1), 2),
    ],
)
def test_a_generation_stays_that_any_limit_keeps_or_that_the_newest_rests_on(
    home: Path, keep: Keep, stay: int
) -> None:
    made = nights(home, 9)
    retire(home, keep, NOW, raw=False)
    assert ids(home) == made[-stay:]


def test_the_generation_that_moves_are_counted_from_stays_however_often_a_day_is_run(home: Path) -> None:
    before = publish(home, DAY - timedelta(days=1)).generation
    made = [publish(home, DAY, {"n": n}).generation.id for n in range(4)]
    retire(home, Keep(generations=2), NOW, raw=False)
    assert ids(home) == [before.id, made[-1]]
    assert publish(home, DAY, {"n": 3}).unchanged


@pytest.mark.parametrize("name", ["generations", "generation_days", "raw_days"])
def test_a_limit_below_one_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} = 0 can't be understood"):
        Keep(**{name: 0})


# Delivered bytes.


def test_delivered_bytes_stay_for_ever_without_a_limit(home: Path) -> None:
    aged(home, 36_500)
    assert due(home, Keep(), NOW).drops == ()
    retire(home, Keep(), NOW, raw=True)
    assert len(raw(home)) == 3


def test_old_delivered_bytes_are_told_with_what_is_nowhere_else_and_go_only_when_it_is_said(
    home: Path,
) -> None:
    aged(home, 400)
    (drop,) = due(home, YEAR, NOW).drops
    assert (drop.number, drop.name, drop.taken_in) == (1, "d1", "2025-04-27")
    assert [f.names for f in drop.files] == [("1: asset.csv",), ("1: client.csv",), ("1: trade.csv",)]
    assert drop.bytes == sum(len(p.read_bytes()) for p in home.glob("raw/??/*"))
    assert drop.only_there == 2  # T3 waits for its client, in T4 the sum is wrong
    retire(home, YEAR, NOW, raw=False)
    assert len(raw(home)) == 3


def test_rows_stay_when_their_delivered_bytes_go_and_check_says_so_instead_of_damage(home: Path) -> None:
    aged(home, 400)
    rows = {t: Store(home).manifest().rows(t) for t in ("client", "trade", "asset")}
    retire(home, YEAR, NOW, raw=True)
    assert raw(home) == []
    assert {t: Store(home).manifest().rows(t) for t in rows} == rows
    assert breaks(home) == []
    (said,) = remarks(home)
    assert (
        "3 delivered files were removed at 2026-06-01T18:30:00+00:00 by the setting [keep] raw_days = 365"
        in said
    )
    assert "deliver the same drop again" in said
    (record,) = retired.all_of(home)
    assert {n for g in record.gone for n in g.names} == {"1: asset.csv", "1: client.csv", "1: trade.csv"}
    assert {g.day for g in record.gone} == {"2025-04-27"}
    assert due(home, YEAR, NOW).drops == ()


def test_bytes_that_are_missing_without_a_record_are_still_damage(home: Path) -> None:
    aged(home, 400)
    retire(home, YEAR, NOW, raw=True)
    next((home / "retired").iterdir()).unlink()
    assert len(breaks(home)) == 3


def test_a_record_that_cannot_be_read_is_found(home: Path) -> None:
    aged(home, 400)
    retire(home, YEAR, NOW, raw=True)
    next((home / "retired").iterdir()).write_bytes(b"{")
    assert "retired retired/000001.json" in breaks(home)


def test_a_drop_within_the_limit_keeps_its_bytes_also_those_that_an_older_one_delivered_too(
    home: Path, tmp_path: Path
) -> None:
    aged(home, 400)
    take_in(home, tmp_path / "d2", {"client.csv": CLIENTS, "more.csv": C_ARRIVES})
    aged(home, 10, *home.glob("drops/000002-*/drop.json"))
    (drop,) = due(home, YEAR, NOW).drops
    assert [f.names for f in drop.files] == [("1: asset.csv",), ("1: trade.csv",)]
    retire(home, YEAR, NOW, raw=True)
    assert len(raw(home)) == 2
    assert breaks(home) == []


def test_a_drop_whose_stored_files_are_damaged_keeps_its_bytes(home: Path) -> None:
    aged(home, 400)
    part = Store(home).manifest().tables["trade"][0]
    (home / part.source).write_bytes(b"spoilt")
    (drop,) = due(home, YEAR, NOW).drops
    assert drop.unsound
    retire(home, YEAR, NOW, raw=True)
    assert len(raw(home)) == 3
    assert not (home / "retired").exists()


def test_bytes_that_a_damaged_drop_shares_with_one_that_was_taken_back_stay(
    home: Path, tmp_path: Path
) -> None:
    take_in(home, tmp_path / "d2", {"client.csv": C_ARRIVES})
    undo(home, "d2")
    take_in(home, tmp_path / "d3", {"client.csv": C_ARRIVES})
    aged(home, 400)
    before = {gone.name for gone in due(home, YEAR, NOW).raw()}
    for part in Store(home).manifest().tables["client"]:
        (home / part.source).write_bytes(b"spoilt")
    found = due(home, YEAR, NOW)
    sound = {f.name for d in found.drops if not d.unsound for f in d.files}
    needed = {f.name for d in found.drops if d.unsound for f in d.files}
    assert sound & needed & before
    assert not needed & {gone.name for gone in found.raw()}


@pytest.mark.parametrize("record", ["drops/*/drop.json", "undone/*.json"])
def test_where_a_record_is_not_sound_nothing_goes(home: Path, tmp_path: Path, record: str) -> None:
    take_in(home, tmp_path / "d2", {"client.csv": C_ARRIVES})
    undo(home, "d2")
    next(home.glob(record)).write_bytes(b"{")
    aged(home, 400)
    with pytest.raises(DamagedStore, match=r"record is missing or has changed(?s:.*)Nothing was removed"):
        retire(home, YEAR, NOW, raw=True)
    assert len(raw(home)) == 4


def test_bytes_of_a_drop_that_was_taken_back_go_by_the_day_on_which_it_was(
    home: Path, tmp_path: Path
) -> None:
    take_in(home, tmp_path / "d2", {"client.csv": C_ARRIVES})
    undo(home, "d2")
    aged(home, 400)
    aged(home, 10, *home.glob("undone/*.json"))
    assert [d.number for d in due(home, YEAR, NOW).drops] == [1]
    aged(home, 400)
    assert [d.number for d in due(home, YEAR, NOW).drops] == [1, None]
    retire(home, YEAR, NOW, raw=True)
    assert raw(home) == []
    assert breaks(home) == []


def test_taking_back_a_drop_without_its_bytes_must_be_said_to_be_for_good(home: Path) -> None:
    aged(home, 400)
    retire(home, YEAR, NOW, raw=True)
    with pytest.raises(UsageError, match=r"3 were removed at 2026-06-01(?s:.*)--for-good"):
        undo(home, "1")
    assert undo(home, "1", for_good=True).lost is not None
    assert Store(home).manifest().drops == ()
    assert breaks(home) == []


def test_the_same_drop_delivered_again_brings_its_bytes_back(home: Path, tmp_path: Path) -> None:
    aged(home, 400)
    before, state = raw(home), Store(home).manifest()
    retire(home, YEAR, NOW, raw=True)
    assert retired_drops(home)[1].files == 3
    assert take_in(home, tmp_path / "d1").already
    assert raw(home) == before
    assert Store(home).manifest() == state
    assert lost(Store(home), state.drops[0]) is None
    assert retired_drops(home) == {}
    assert remarks(home) == breaks(home) == []
    assert due(home, YEAR, NOW).drops == ()  # they were written today
    assert undo(home, "1").lost is None


def test_an_edited_drop_is_a_new_one_whatever_became_of_the_bytes(home: Path, tmp_path: Path) -> None:
    aged(home, 400)
    retire(home, YEAR, NOW, raw=True)
    take_in(home, tmp_path / "d2", {"client.csv": C_ARRIVES, "trade.csv": TRADES})
    assert Store(home).manifest().rows("trade") == 3
    assert breaks(home) == []


# What a killed removal left.


def test_what_a_killed_removal_of_bytes_left_is_finished_by_the_next_writer(
    home: Path, tmp_path: Path
) -> None:
    aged(home, 400)
    gone = due(home, YEAR, NOW).raw()
    retired.begin(home, retired.RAW, "2026-06-01", "[keep] raw_days = 365", gone)
    assert breaks(home) == []
    take_in(home, tmp_path / "d2", {"client.csv": C_ARRIVES})
    assert len(raw(home)) == 1
    assert [p.name for p in (home / "retired").iterdir()] == ["000001.json"]
    assert breaks(home) == []


def test_a_removal_of_generations_that_was_killed_before_the_pointer_was_swapped_is_given_up(
    home: Path,
) -> None:
    made = nights(home, 3)
    old = due(home, Keep(generations=2), NOW).generations
    retired.begin(home, retired.GENERATION, "2026-06-01", "[keep] generations = 2", [g.gone for g in old])
    publish(home, date(2025, 5, 9))
    assert len(ids(home)) == len(made) + 1
    assert list((home / "retired").iterdir()) == []


def test_records_are_numbered_and_name_every_removal(home: Path) -> None:
    nights(home, 4)
    for count in (3, 2):
        retire(home, Keep(generations=count), NOW, raw=False)
    names = sorted(p.name for p in (home / "retired").iterdir())
    assert names == ["000001.json", "000002.json"]
    whys = [json.loads((home / "retired" / n).read_bytes())["why"] for n in names]
    assert whys == ["[keep] generations = 3", "[keep] generations = 2"]
