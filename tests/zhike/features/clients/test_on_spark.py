"""The definitions themselves, run as Spark's own queries, give what the embedded engine gives: nothing in them is one engine's.

What is summed over windows or read along a client's days (`follow`, `attribution`) is no query but a compiled loop wherever it is
done; that Spark's executors come to the same there is held by tests/zhike/run/test_night_on_spark.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pytest

from made_up import branch
from on_spark import needs_spark, unequal
from zhike.base.period import Calendar
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.datacentre.stored import BUCKETS, without_codes
from zhike.engine import Engine, EngineSettings
from zhike.engine.spark import Spark
from zhike.engine.spark.tables import SparkTables
from zhike.features.clients import ClientSettings, assembled, follow, gather
from zhike.features.clients.measuring import built_measures
from zhike.features.ledger import READS, ledger_of
from zhike.run.first_pass import estimates_of
from zhike.run.market import market_of
from zhike.run.night import last_day
from zhike.run.reading import read_range, share, shared_with, tables_for_measures
from zhike.run.settings import NightSettings
from zhike.run.sources import Sources

pytestmark = [needs_spark, pytest.mark.slow, pytest.mark.timeout(1800)]
SETTINGS = ClientSettings()
# Columns asked for in one query: Spark's Java runs out of its gigabyte planning all 359 at once. The heavy ones are formulas of formulas.
AT_ONCE, HEAVY = 20, ("money_effect_beta_12m__low", "money_effect_beta_12m__high")
Rows = dict[str, pa.Table]


class Tables:
    """What the measures of a whole small branch are made from."""

    def __init__(self, folder: Path) -> None:
        ingest(
            folder, Request(branch(80, 300) / "drop", date(2035, 1, 1), settings=EngineSettings(threads=1))
        )
        sources, night = Sources.of(folder), NightSettings()
        self.as_of = last_day(sources)
        market = market_of(sources, self.as_of, night.market, night.standing)
        read = read_range(sources, 0, BUCKETS)
        of_ledger = {name: read[name] for name in READS}
        ledger = ledger_of(market.book, market.prices.securities, of_ledger, len(market.book.days) - 1)
        self.calendar = Calendar.from_days(market.book.days)
        share(sources, folder)
        others = shared_with(folder, 0, BUCKETS, read)
        found = tables_for_measures(read, others, ledger, market.states, self.as_of, self.calendar, sources)
        self.rows = {name: without_codes(rows) for name, rows in found.items()}

    def followed(self) -> Rows:
        return follow(self.rows, self.as_of, self.calendar, SETTINGS)

    def sums(self, engine: Engine | SparkTables) -> Rows:
        lazy = {name: engine.over(rows) for name, rows in self.rows.items()}
        pieces = gather(lazy, self.as_of, self.calendar, SETTINGS)
        return {name: engine.collect(piece) for name, piece in pieces.items()}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(tmp_path_factory.mktemp("portable"))


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkTables]:
    settings = EngineSettings(threads=2, on="local-spark")
    with Spark(settings, tmp_path_factory.mktemp("spark")) as started:
        yield started.tables()


@pytest.fixture(scope="module")
def sums(tables: Tables) -> Rows:
    with Engine(EngineSettings(threads=1)) as engine:
        return tables.sums(engine)


def by_client(rows: pa.Table) -> pa.Table:
    """Sort rows, with whole numbers as one type: sums of them are wider on one engine."""
    wide = pa.schema([pa.field(f.name, _plain(f.type)) for f in rows.schema])
    return rows.cast(wide).sort_by([("client_id", "ascending")])


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.int64() if pa.types.is_integer(kind) else kind


def test_all_figures_that_the_measures_want_of_what_stands_are_equal(
    tables: Tables, spark: SparkTables, sums: Rows
) -> None:
    theirs = tables.sums(spark)
    assert len(sums) > 4
    assert set(sums) == set(theirs)
    assert [d for name in sums for d in unequal(name, by_client(sums[name]), by_client(theirs[name]))] == []


def test_every_measure_and_how_sure_it_is_are_equal(tables: Tables, spark: SparkTables, sums: Rows) -> None:
    with Engine(EngineSettings(threads=1)) as engine:
        ours = estimates_of(engine, tables.rows, tables.as_of, tables.calendar, SETTINGS)
    gathered, columns = spark.over(assembled(sums | tables.followed())), dict(_columns(tables))
    assert set(columns) == set(ours.column_names) - {"client_id", "as_of"}
    odd = []
    light = [name for name in columns if name not in HEAVY]
    for names in [[h] for h in HEAVY] + [light[i : i + AT_ONCE] for i in range(0, len(light), AT_ONCE)]:
        asked = gathered.select("client_id", *(columns[name].alias(name) for name in names))
        odd += unequal(
            "measure", by_client(ours.select(["client_id", *names])), by_client(spark.collect(asked))
        )
    assert odd == []


def _columns(tables: Tables) -> Iterator[tuple[str, nw.Expr]]:
    for built in built_measures(tables.rows, SETTINGS):
        name, measure = built.measure.name, built.measure
        yield name, built.value
        if measure.n and not built.lacking:
            yield f"{name}__n", built.n
        if measure.bounds and not built.lacking:
            yield f"{name}__low", built.low
            yield f"{name}__high", built.high
