"""A night's room doesn't grow with the clients: what comes back of a range, what is read whole, from whom is learnt."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather

from made_up import branch as made_up
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.datacentre.stored import BUCKETS
from zhike.datacentre.tasks import Workers
from zhike.engine import EngineSettings
from zhike.run import Night, NightSettings, branch, night, run_night
from zhike.run.settings import Sampling
from zhike.run.sources import Sources
from zhike.run.tasks import Task, beginning, in_places, people_of

ENGINE = EngineSettings(threads=1)
ALLOWANCE = 32  # bytes a client
FEW, MANY = 60, 240


def home_of(clients: int, folder: Path) -> Path:
    folder.mkdir(parents=True)
    ingest(folder, Request(made_up(clients, 160) / "drop", date(2026, 1, 1), settings=ENGINE))
    return folder


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("bounded")
    return {n: home_of(n, folder / str(n)) for n in (FEW, MANY)}


class Weighing(Workers):
    """Does tasks in this process, and weighs what would travel back."""

    weights: dict[str, list[int]]

    def spread(self, function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        for item in items:
            found = function(pickle.loads(pickle.dumps(item)))
            self.weights.setdefault(function.__name__, []).append(len(pickle.dumps(found)))
            yield found


def weights(home: Path, settings: NightSettings, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
    Weighing.weights = {}
    monkeypatch.setattr(night, "spread_on", lambda engine, work: Weighing(1))
    run_night(home, None, ENGINE, settings)
    return Weighing.weights


def test_what_comes_back_of_a_range_stays_within_the_allowance_for_each_further_client(
    homes: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (weights(homes[n], NightSettings(), monkeypatch) for n in (FEW, MANY))
    assert set(few) == {"first_pass", "logic_pass", "second_pass"}
    assert [len(w) for w in (*few.values(), *many.values())] == [1] * 6
    for name in few:
        assert many[name][0] - few[name][0] <= ALLOWANCE * (MANY - FEW), name


def test_a_branch_four_times_as_large_with_ranges_as_large_brings_back_as_much_for_each(
    homes: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (weights(homes[n], NightSettings(range_rows=10_000), monkeypatch) for n in (FEW, MANY))
    for name in few:
        assert len(many[name]) >= 2 * len(few[name])
        assert max(many[name]) <= 1.3 * max(few[name]), name


def test_no_table_of_clients_is_read_whole(homes: dict[int, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    whole, read = set(), Sources.range

    def noting(
        self: Sources, table: str, low: int, high: int, columns: Sequence[str] | None = None
    ) -> pa.Table:
        if high - low == BUCKETS:
            whole.add(table)
        return read(self, table, low, high, columns)

    monkeypatch.setattr(Sources, "range", noting)
    run_night(homes[FEW], None, ENGINE, NightSettings(range_rows=5_000))
    assert whole == {"calendar", "corporate_action", "index_quote", "product", "security"}


def test_what_is_put_in_order_takes_four_bytes_a_client_and_state(
    homes: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes, learn = [], branch.learn_rest

    def noting(tasks: Sequence[Task], *rest: Any) -> Path:
        path = learn(tasks, *rest)
        sizes.extend(len(np.load(tasks[0].work / f"returns{state}.npy").tobytes()) for state in range(5))
        return path

    monkeypatch.setattr(branch, "learn_rest", noting)
    run_night(homes[MANY], None, ENGINE)
    assert 0 < max(sizes) <= 4 * MANY


SAMPLED = Sampling(clients=100, decisions=10_000)


def test_from_no_more_clients_than_allowed_is_learnt_and_who_they_are_does_not_depend_on_how_work_is_cut(
    homes: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    samples, choose = [], branch.sample_of

    def noting(tasks: Sequence[Task], settings: Sampling) -> branch.Sample:
        found = choose(tasks, settings)
        samples.append(sorted(c for t in tasks for c in found.of(t)[0]["client_id"].to_pylist()))
        return found

    monkeypatch.setattr(branch, "sample_of", noting)
    one, several = (
        run_night(homes[MANY], None, ENGINE, NightSettings(sampling=SAMPLED, range_rows=rows))
        for rows in (200_000, 9_000)
    )
    assert samples[0] == samples[1]
    assert len(samples[0]) == 100
    assert several.published.unchanged
    assert one.published.generation.rows("logic") > 200


def ranges_of(folder: Path, acts: Sequence[Sequence[int]]) -> list[Task]:
    """Return tasks whose clients have so many decisions each."""
    tasks = []
    for low, own in enumerate(acts):
        task = Task(Sources({}), low, low + 1, folder, date(2025, 1, 2), NightSettings(), {}, {})
        people = people_of([f"C{low}-{n}" for n in range(len(own))])
        task.keep("people", people.append_column("acts", pa.array(own, pa.int64())))
        tasks.append(task)
    return tasks


def sampled(tasks: Sequence[Task], clients: int, decisions: int) -> list[int]:
    found = branch.sample_of(tasks, Sampling(clients, decisions))
    return [n for t in tasks for n in found.of(t)[0]["acts"].to_pylist()]


def test_a_sample_is_all_who_fit_and_leaves_out_whose_decisions_would_drown_the_others(
    tmp_path: Path,
) -> None:
    tasks = ranges_of(tmp_path, [[50] * 90, [50] * 60])
    assert len(sampled(tasks, 150, 10_000)) == 150
    assert len(sampled(tasks, 149, 10_000)) == 149
    many = ranges_of(tmp_path, [[100] * 90, [100] * 60])
    assert 98 <= len(sampled(many, 150, 10_000)) <= 100
    one_trades_all_day = ranges_of(tmp_path, [[50] * 90, [50] * 59 + [2_000_000]])
    assert sampled(one_trades_all_day, 200, 10_000) == [50] * 149


def test_a_night_after_another_one_is_the_same_however_either_was_cut(homes: dict[int, Path]) -> None:
    def run(day: date | None, rows: int) -> Night:
        return run_night(homes[FEW], day, ENGINE, NightSettings(range_rows=rows))

    days = run(None, 200_000).published.generation.read("market_state")["date"].to_pylist()
    run(days[-30], 4_000)
    later = run(days[-1], 3_000)
    assert later.published.generation.previous is not None
    assert not later.published.unchanged
    assert run(days[-1], 200_000).published.unchanged
    generation = later.published.generation
    names = [path.stem for path in generation.files("stage")]
    low, high = (int(n) for n in names[1].split("-"))
    assert [path.stem for path in generation.files_of("stage", low, high)] == names[1:2]
    assert [path.stem for path in generation.files_of("stage", low - 1, high)] == names[:2]
    assert generation.files_of("market_state", 0, 1) == generation.files("market_state")


def test_only_the_beginning_of_a_file_in_places_is_read(tmp_path: Path) -> None:
    people = people_of([f"C{n:04d}" for n in range(9_000)])
    assert people["lot"].to_pylist() == sorted(people["lot"].to_pylist())
    rows = pa.table({"client_id": [*people["client_id"].to_pylist(), "stranger"][::-1]})
    path = tmp_path / "rows.arrow"
    feather.write_feather(in_places(rows, people), str(path), chunksize=1_000)
    found = beginning(path, 2_500)
    assert found["client_id"].to_pylist() == people["client_id"].to_pylist()[:2_500]
