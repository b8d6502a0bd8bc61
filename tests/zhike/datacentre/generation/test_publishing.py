"""A generation is published whole or not at all; equal inputs keep the same one; publishing removes none."""

from __future__ import annotations

import multiprocessing
import shutil
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

import published as made
from published import DAY, publish
from small_drops import C_ARRIVES, take_in
from zhike.base.errors import BrokenPromise, DamagedStore, StoreError, StoreLocked, UsageError
from zhike.datacentre.generation import Draft, Generation, Inputs, Part, Slot, write_part
from zhike.datacentre.generation.inputs import settings_hash
from zhike.datacentre.store.house import Store
from zhike.engine import Engine, EngineSettings

SETTINGS = EngineSettings(threads=1, memory=256 << 20)


def rows_of(generation: Generation, table: str) -> list[dict[str, object]]:
    with Engine(SETTINGS) as engine:
        found: list[dict[str, object]] = engine.collect(generation.scan(engine, table)).to_pylist()
    return sorted(found, key=lambda r: str(r["client_id"]))


def latest(home: Path) -> Generation:
    found = Generation.latest(home)
    assert found is not None
    return found


def folders(home: Path) -> list[str]:
    return sorted(p.name for p in (home / "generations").iterdir())


def test_what_was_written_is_read_back_with_the_day_filled_in(home: Path) -> None:
    assert Generation.latest(home) is None
    done = publish(home)
    assert (done.unchanged, set(done.changed)) == (False, set(made.tables()))
    generation = latest(home)
    assert generation.id == done.generation.id
    assert generation.tables == ("measure", "measure_dictionary", "logic", "stage")
    assert rows_of(generation, "measure") == [
        {"client_id": "A", "as_of": DAY, "trades": 3, "turnover": 1.5},
        {"client_id": "B", "as_of": DAY, "trades": None, "turnover": 0.25},
    ]
    assert generation.rows("stage") == 2


def test_the_same_inputs_again_say_unchanged_and_make_no_second_copy(home: Path) -> None:
    first = publish(home)
    again = publish(home)
    assert (again.unchanged, again.changed) == (True, ())
    assert again.generation.path == first.generation.path
    assert folders(home) == [first.generation.path.name]


def test_equal_inputs_that_give_other_rows_are_refused_by_the_name_of_the_table(home: Path) -> None:
    first = publish(home)
    with pytest.raises(BrokenPromise, match=r"gave other results than before: stage"):
        publish(home, stage=made.stages("dormant"))
    assert latest(home).id == first.generation.id


@pytest.mark.parametrize("other", ["day", "settings", "drop"])
def test_other_inputs_make_another_generation(home: Path, tmp_path: Path, other: str) -> None:
    first = publish(home)
    if other == "drop":
        take_in(home, tmp_path / "d2", {"client.csv": C_ARRIVES})
    day = DAY + timedelta(days=other == "day")
    second = publish(home, day, {"logic": {"margin": 0.2}} if other == "settings" else {})
    assert second.generation.id != first.generation.id
    assert second.changed == (() if other != "day" else tuple(second.generation.tables))


def test_a_draft_that_is_not_published_leaves_nothing(home: Path) -> None:
    with Draft(home, Inputs.gather(home, {}), DAY) as draft:
        draft.write("stage", made.stages())
    with pytest.raises(BrokenPromise):
        publish(home, stage=made.stages("asleep"))
    assert Generation.latest(home) is None
    assert not (home / "staging").exists()


def test_nothing_is_seen_before_it_is_published(home: Path) -> None:
    with Draft(home, Inputs.gather(home, {}), DAY) as draft:
        draft.write("stage", made.stages())
        assert Generation.latest(home) is None
        draft.publish()
        assert latest(home).tables == ("stage",)


def test_publishing_keeps_every_generation_the_newest_first(home: Path) -> None:
    ids = [publish(home, DAY + timedelta(days=n)).generation.id for n in range(9)]
    assert [g.id for g in Generation.kept(home)] == ids[::-1]
    assert len(folders(home)) == 9


def test_moves_are_counted_from_the_latest_of_an_earlier_day_however_often_a_day_is_run(home: Path) -> None:
    before = publish(home, DAY - timedelta(days=1))
    for n in range(9):
        last = publish(home, DAY, {"n": n})
        assert last.generation.previous is not None
        assert last.generation.previous.id == before.generation.id
    assert publish(home, DAY, {"n": 8}).unchanged


def test_an_older_day_run_again_is_the_newest_again_without_a_copy(home: Path) -> None:
    first, second = publish(home), publish(home, DAY + timedelta(days=1))
    assert latest(home).id == second.generation.id
    assert publish(home).unchanged
    assert latest(home).id == first.generation.id
    assert len(folders(home)) == 2


def test_a_generation_is_named_by_the_beginning_of_its_id_or_by_its_day(home: Path) -> None:
    done = publish(home)
    assert Generation.at(home, done.generation.id[:5]).id == done.generation.id
    assert Generation.at(home, "2025-04-30").id == done.generation.id
    with pytest.raises(UsageError, match=rf"no one generation 'zz'(?s:.*){done.generation.id}"):
        Generation.at(home, "zz")


def test_a_table_that_is_not_there_is_said_to_be_absent(home: Path) -> None:
    publish(home)
    with pytest.raises(UsageError, match=r"has no table 'churn'(?s:.*)Its tables: measure, "):
        latest(home).files("churn")


def test_another_writer_has_to_wait(home: Path) -> None:
    with Draft(home, Inputs.gather(home, {}), DAY), pytest.raises(StoreLocked), Store(home).writing():
        pass


def test_a_state_that_is_not_that_of_the_inputs_any_more_is_refused(home: Path, tmp_path: Path) -> None:
    inputs = Inputs.gather(home, {})
    take_in(home, tmp_path / "d2", {"client.csv": C_ARRIVES})
    with (
        pytest.raises(StoreError, match=r"follows from state 1; by now there is state 2"),
        Draft(home, inputs, DAY),
    ):
        pass


# Worker processes write files of their own.


def work(job: tuple[Slot, list[str]]) -> Part:
    slot, clients = job
    ones = pa.array([1] * len(clients)).cast(pa.decimal128(38, 4))
    money = dict.fromkeys(("cash", "securities", "funds", "debt", "net"), ones)
    return write_part(slot, pa.table({"client_id": clients, "date": [DAY] * len(clients), **money}))


def by_processes(home: Path, *clients: list[str]) -> Generation:
    with Draft(home, Inputs.gather(home, {}), DAY) as draft:
        jobs = [(draft.part("asset_series", f"{i:04}"), some) for i, some in enumerate(clients)]
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            for part in pool.map(work, jobs):
                draft.adopt(part)
        return draft.publish().generation


def test_files_of_several_processes_are_one_table_whose_content_is_that_of_one_file(home: Path) -> None:
    split = by_processes(home, ["A", "B"], ["C"])
    assert [p.name for p in split.files("asset_series")] == ["0000.parquet", "0001.parquet"]
    shutil.rmtree(home / "generations")
    (home / "PUBLISHED").unlink()
    whole = by_processes(home, ["C", "A", "B"])
    assert whole.manifest.tables["asset_series"].content == split.manifest.tables["asset_series"].content


def test_a_key_that_stands_in_two_files_is_refused(home: Path) -> None:
    with pytest.raises(BrokenPromise, match=r"the key client_id=A, date=2025-04-30 stands twice"):
        by_processes(home, ["A", "B"], ["A"])


def test_an_error_of_a_worker_process_arrives_whole(home: Path) -> None:
    with pytest.raises(BrokenPromise, match=r"column 'client_id' is null(?s:.*)asset_series.client_id"):
        by_processes(home, ["A", None])  # type: ignore[list-item]


def test_a_file_that_was_not_adopted_is_not_published(home: Path) -> None:
    with Draft(home, Inputs.gather(home, {}), DAY) as draft:
        draft.write("stage", made.stages())
        write_part(draft.part("stage", "lost"), made.stages())
        generation = draft.publish().generation
    assert [p.name for p in (generation.path / "stage").iterdir()] == ["all.parquet"]


def test_the_same_part_twice_is_refused(home: Path) -> None:
    with Draft(home, Inputs.gather(home, {}), DAY) as draft:
        draft.write("stage", made.stages())
        with pytest.raises(BrokenPromise, match="written twice"):
            draft.write("stage", made.stages())


# Damage.


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_damaged_generation_is_published_anew_by_the_same_run(home: Path) -> None:
    first = publish(home)
    flip(first.generation.files("stage")[0])
    again = publish(home)
    assert not again.unchanged
    assert again.generation.id == first.generation.id
    assert folders(home) == [again.generation.path.name]
    assert list(latest(home).damaged()) == []
    assert publish(home).unchanged


def test_moves_are_not_counted_from_a_damaged_generation(home: Path) -> None:
    sound = publish(home, date(2025, 4, 28))
    spoilt = publish(home, date(2025, 4, 29))
    flip(spoilt.generation.files("stage")[0])
    assert publish(home).generation.manifest.previous == sound.generation.id


def test_a_changed_manifest_is_refused(home: Path) -> None:
    flip(publish(home).generation.path / "manifest.json")
    with pytest.raises(DamagedStore, match=r"SHA-256(?s:.*)zhike check"):
        Generation.latest(home)


def test_a_lost_pointer_is_not_taken_for_nothing_published(home: Path) -> None:
    publish(home)
    (home / "PUBLISHED").unlink()
    with pytest.raises(DamagedStore, match=r"PUBLISHED"):
        Generation.latest(home)


# Inputs.


def test_settings_have_one_hash_whatever_their_order() -> None:
    one = settings_hash({"logic": SETTINGS, "stage": {"days": 90, "share": 0.5}})
    assert one == settings_hash({"stage": {"share": 0.5, "days": 90}, "logic": SETTINGS})
    assert one != settings_hash({"logic": SETTINGS, "stage": {"days": 91, "share": 0.5}})


def test_two_homes_with_the_same_drops_and_runs_have_equal_generations(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two"):
        take_in(tmp_path / name / "home", tmp_path / name / "d1")
        done = publish(tmp_path / name / "home")
        ids.append((done.generation.id, {n: t.content for n, t in done.generation.manifest.tables.items()}))
    assert ids[0] == ids[1]
