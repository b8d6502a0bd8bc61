"""What shows only when all tables are there: repeated keys, measures without a meaning, rows that refer to nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import published as made
from published import DAY, publish
from zhike.base.errors import BrokenPromise
from zhike.datacentre.generation import Draft, Generation, Inputs, whole
from zhike.datacentre.tables import RESULTS
from zhike.engine.parquet import write_table


def refused(home: Path, said: str, **tables: pa.Table) -> None:
    with pytest.raises(BrokenPromise, match=said):
        publish(home, **tables)
    assert Generation.latest(home) is None
    assert not (home / "staging").exists()


def test_a_client_that_stands_twice_is_named(home: Path) -> None:
    refused(home, r"'stage'.*: the key client_id=A stands twice", stage=pa.concat_tables([made.stages()] * 2))


def test_two_keys_with_one_hash_are_no_repeated_key_and_a_repeated_one_is_found_among_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "key_hashes", lambda rows, _: np.full(rows.num_rows, 7, np.uint64))
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    write_table(one, made.stages())  # A and B
    write_table(two, made.stages().slice(1))  # B again
    alike = np.array([7, 7], np.uint64)
    whole.repeated_keys(RESULTS["stage"], [one], [alike])
    with pytest.raises(BrokenPromise, match="the key client_id=B stands twice"):
        whole.repeated_keys(RESULTS["stage"], [one, two], [alike, alike[:1]])


def test_a_measure_that_the_dictionary_does_not_explain_is_named(home: Path) -> None:
    rows = made.measures().append_column("whim", pa.array([1.0, 2.0]))
    refused(home, r"the measure isn't in measure_dictionary\nWhere: measure.whim", measure=rows)


def test_an_explained_measure_that_is_not_there_is_named(home: Path) -> None:
    refused(home, r"'measure' has no column 'trades'", measure=made.measures().drop(["trades"]))


def test_measures_without_a_dictionary_are_refused(home: Path) -> None:
    with Draft(home, Inputs.gather(home, {}), DAY) as draft:
        draft.write("measure", made.measures())
        with pytest.raises(BrokenPromise, match="there is measure without measure_dictionary"):
            draft.publish()


def test_pieces_of_measure_with_other_columns_are_refused(home: Path) -> None:
    with Draft(home, Inputs.gather(home, {}), DAY) as draft, draft.writer("measure") as writer:
        writer.append(made.measures().slice(0, 1))
        with pytest.raises(BrokenPromise, match=r"different columns: trades int64"):
            writer.append(made.measures().slice(1).drop(["trades"]))


def test_a_detail_of_a_measure_that_is_not_in_the_dictionary_is_named(home: Path) -> None:
    detail = {
        "client_id": ["A"],
        "measure": ["mood"],
        "n": [3],
        "low": [0.1],
        "high": [0.2],
        "null_reason": ["x"],
    }
    refused(home, r"mood isn't in 'measure_dictionary'", measure_detail=pa.table(detail))


def test_keys_that_lie_in_files_are_compared_stretch_by_stretch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "_MOST", 64)
    keys = np.sort(np.random.default_rng(2).integers(0, 1 << 64, 5_000, dtype=np.uint64))
    places = [tmp_path / "one.keys", tmp_path / "two.keys", tmp_path / "none.keys"]
    for path, some in zip(places, (keys[::2], keys[1::2], keys[:0]), strict=True):
        some.tofile(path)
    stretches = list(whole._stretches([*places, keys[:10]]))
    assert max(len(s) for s in stretches) < 200
    assert np.array_equal(np.concatenate(stretches), np.sort(np.concatenate([keys, keys[:10]])))
