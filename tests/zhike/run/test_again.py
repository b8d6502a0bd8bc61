"""`zhike check --deep` computes published results of some clients anew: it finds them as they were, and finds one that isn't."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from made_up import branch
from zhike.cli import main
from zhike.datacentre.generation import Generation
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.engine.durable import only_writer
from zhike.engine.parquet import read_table, write_table
from zhike.features.clients import ClientSettings
from zhike.run import NightSettings, run_night
from zhike.run.again import recomputed, span_of

ENGINE = EngineSettings(threads=1)
ALL = 1_000  # more clients than there are


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("again") / "home"
    folder.mkdir()
    ingest(folder, Request(branch(80, 160) / "drop", date(2026, 1, 1), settings=ENGINE))
    run_night(folder, None, ENGINE)
    return folder


@pytest.fixture
def home(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "home"))


def _spoil(home: Path, table: str, column: str) -> None:
    """Double one value of a published table, of whichever client, that rests on the client alone."""
    path = next(f for f in Generation.latest(home).files(table) if "branchwide" not in f.stem)  # type: ignore[union-attr]
    rows = read_table(path)
    values = rows[column].to_pylist()
    at = next(i for i, v in enumerate(values) if v)
    values[at] = type(values[at])(str(round(float(values[at]) * 2, 4)))
    changed = rows.set_column(
        rows.column_names.index(column), rows.schema.field(column), pa.array(values, rows[column].type)
    )
    write_table(path, changed)


def test_what_a_night_published_is_found_again(home: Path) -> None:
    found = recomputed(home, clients=ALL)
    assert (found.status, found.breaks, found.remarks) == ("ok", (), ())


@pytest.mark.parametrize(
    ("table", "column"), [("measure_detail", "high"), ("measure", "net_now"), ("asset_series", "net")]
)
def test_a_published_number_that_isnt_what_the_rows_give_is_named(
    home: Path, table: str, column: str
) -> None:
    _spoil(home, table, column)
    found = recomputed(home, clients=ALL)
    assert found.status == "broken"
    assert {b.where.split("/")[-1] for b in found.breaks} == {table}
    assert all(b.said.en.startswith(f"{column}: 1 rows differ") for b in found.breaks)


def test_a_row_too_few_is_found(home: Path) -> None:
    path = Generation.latest(home).files("attribution")[0]  # type: ignore[union-attr]
    write_table(path, read_table(path).slice(1))
    assert recomputed(home, clients=ALL).status == "broken"


def test_another_generation_shows_other_clients_and_a_sample_is_small(home: Path) -> None:
    generation = Generation.latest(home)
    assert generation is not None
    low, high = span_of(generation, 8)
    assert 0 <= low < high <= 4_096
    assert high - low == pytest.approx(4_096 * 8 / generation.rows("measure"), abs=1)


def test_nothing_is_compared_where_settings_are_others(home: Path) -> None:
    found = recomputed(home, NightSettings(clients=ClientSettings(fewest_gaps=7)), clients=ALL)
    assert found.status == "ok"
    assert len(found.remarks) == 1


def test_a_home_without_results_has_nothing_to_compare(home: Path) -> None:
    shutil.rmtree(home / "generations")
    (home / "PUBLISHED").unlink()
    assert recomputed(home).status == "ok"


def test_a_deep_check_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--deep", "--home", str(home), "--format", "json"]) == 0
    told = {i["name"]: i for i in json.loads(capsys.readouterr().out)["invariants"]}
    assert (told["recomputed"]["status"], told["recomputed"]["remarks"]) == ("ok", [])
    assert not (home / "staging").exists()


def test_nothing_is_compared_while_another_process_writes(home: Path) -> None:
    with only_writer(home / "LOCK"):
        found = recomputed(home, clients=ALL)
    assert (found.status, len(found.remarks)) == ("ok", 1)
