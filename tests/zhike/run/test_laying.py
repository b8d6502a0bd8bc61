"""Tables laid out by range: a range reads what it would read of the stored files, row for row, and the night is the same."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from made_up import branch
from zhike.datacentre.generation import Generation
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.datacentre.stored import BUCKETS, without_codes
from zhike.engine import EngineSettings
from zhike.engine.parquet import read_table, write_table
from zhike.run import NightSettings, laying, run_night
from zhike.run.reading import CUT_BY_CLIENT
from zhike.run.sources import Sources
from zhike.run.spreading import spread_on

ENGINE = EngineSettings(threads=1)
SPANS = ((0, 700), (700, 701), (701, 3_000), (3_000, BUCKETS))


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("laying") / "home"
    folder.mkdir()
    ingest(folder, Request(branch(80, 160) / "drop", date(2026, 1, 1), settings=ENGINE))
    return folder


@pytest.fixture
def sources(taken: Path) -> Sources:
    return Sources.of(taken)


def _laid(sources: Sources, work: Path) -> Sources:
    with spread_on(ENGINE, work) as workers:
        return laying.laid_out(sources, SPANS, work, workers)


@pytest.mark.parametrize("at_once", [1, 150, 600_000])
def test_a_range_reads_the_same_rows_in_the_same_order(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(laying, "LARGE", 1)
    monkeypatch.setattr(laying, "_AT_ONCE", at_once)
    laid = _laid(sources, tmp_path)
    there = {name for name in CUT_BY_CLIENT if sources.has(name)}
    assert set(laid.laid) == there
    assert len(there) > 5
    for name in there:
        for low, high in SPANS:
            stored, found = (s.range(name, low, high, CUT_BY_CLIENT[name]) for s in (sources, laid))
            assert found.column_names == stored.column_names
            assert without_codes(found).equals(without_codes(stored))
            assert [f.type for f in found.schema] == [f.type for f in stored.schema]


def test_files_out_of_order_and_of_several_row_groups_are_laid_out_too(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laying, "LARGE", 1)
    rows = read_table(sources.files["trade"][0])
    mixed = tmp_path / "mixed.parquet"
    write_table(mixed, rows.take(list(range(rows.num_rows))[::-1]))
    (tmp_path / "work").mkdir()
    shuffled = Sources({"trade": (mixed, sources.files["trade"][0])}, {"trade": 2 * rows.num_rows})
    laid = _laid(shuffled, tmp_path / "work")
    for low, high in SPANS:
        stored, found = (without_codes(s.range("trade", low, high)) for s in (shuffled, laid))
        assert sorted(stored.to_pylist(), key=repr) == sorted(found.to_pylist(), key=repr)


def test_a_span_without_rows_takes_hardly_any_room(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laying, "LARGE", 1)
    one = Sources({"trade": sources.files["trade"][:1]}, {"trade": 1})
    sizes = []
    for spans in (((0, 1), (1, BUCKETS)), (*((n, n + 1) for n in range(1_000)), (1_000, BUCKETS))):
        work = tmp_path / str(len(spans))
        work.mkdir()
        with spread_on(ENGINE, work) as workers:
            laying.laid_out(one, spans, work, workers)
        sizes.append(sum(f.stat().st_size for f in work.iterdir()))
    assert sizes[1] - sizes[0] < 999 * 4_000


def test_what_wasnt_laid_out_is_read_from_the_store(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _laid(sources, tmp_path).laid == {}  # a small branch has no large tables
    monkeypatch.setattr(laying, "LARGE", 1)
    laid = _laid(sources, tmp_path)
    assert laid.range("trade", 5, 900).num_rows == sources.range("trade", 5, 900).num_rows
    assert laid.rows("trade").num_rows == sources.rows("trade").num_rows
    few = CUT_BY_CLIENT["trade"]
    assert few is not None
    assert "_bucket" not in laid.laid["trade"].columns
    assert laid.range("trade", *SPANS[0], ("trade_id", "price")).column_names == ["trade_id", "price"]


def test_a_night_is_the_same_with_tables_laid_out(
    taken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = [Path(shutil.copytree(taken, tmp_path / name)) for name in ("stored", "laid")]
    found = []
    for home, large in zip(homes, (laying.LARGE, 1), strict=True):
        monkeypatch.setattr(laying, "LARGE", large)
        run_night(home, None, ENGINE, NightSettings(range_rows=5_000))
        generation = Generation.latest(home)
        assert generation is not None
        assert not list((home / "staging").glob("night-*")) if (home / "staging").exists() else True
        found.append({name: t.content for name, t in generation.manifest.tables.items()})
    assert found[0] == found[1]
