"""What shows only when all tables are there: repeated keys, measures without a meaning, rows that refer to nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import published as made
from published import DAY, publish
from small_drops import take_in
from zhike.base.errors import BrokenPromise
from zhike.datacentre.generation import Draft, Generation, Inputs
from zhike.datacentre.generation.whole import repeated_keys
from zhike.datacentre.tables import RESULTS
from zhike.engine.parquet import write_table


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    take_in(folder / "home", folder / "d1")
    return folder / "home"


@pytest.fixture
def home(taken_in: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(taken_in, tmp_path / "home"))


def refused(home: Path, said: str, **tables: pa.Table) -> None:
    with pytest.raises(BrokenPromise, match=said):
        publish(home, **tables)
    assert Generation.latest(home) is None
    assert not (home / "staging").exists()


def test_a_client_that_stands_twice_is_named(home: Path) -> None:
    refused(home, r"'stage'.*: the key client_id=A stands twice", stage=pa.concat_tables([made.stages()] * 2))


def test_two_keys_with_one_hash_are_no_repeated_key(tmp_path: Path) -> None:
    write_table(tmp_path / "stage.parquet", made.stages())
    alike = np.array([7, 7], np.uint64)  # as if the hashes of A and B were equal
    repeated_keys(RESULTS["stage"], [tmp_path / "stage.parquet"], [alike])


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
