"""Lifetime value as a night publishes it: what comes of the same steps done at once, for all clients, without ranges or files between."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from made_up import branch
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.datacentre.tables.results import LOGICS
from zhike.engine import EngineSettings
from zhike.features.ledger import READS, ledger_of
from zhike.models import clv, lifecycle
from zhike.models.lifecycle.panel import month_numbers
from zhike.run import Night, NightSettings, run_night
from zhike.run.market import market_of
from zhike.run.sources import Sources

ENGINE = EngineSettings(threads=1)
FIGURES = ("expected", "p10", "p50", "p90", "neutral_p50")
SETTINGS = NightSettings(clv=clv.ClvSettings(paths=40, horizons=(6, 12)))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clv") / "home"
    folder.mkdir()
    ingest(folder, Request(branch(200, 250) / "drop", date(2026, 1, 1), settings=ENGINE))
    return folder


@pytest.fixture(scope="module")
def night(home: Path) -> Night:
    return run_night(home, None, ENGINE, SETTINGS)


@pytest.fixture(scope="module")
def rows(night: Night) -> pa.Table:
    return night.published.generation.read("clv").sort_by(
        [("client_id", "ascending"), ("horizon_months", "ascending")]
    )


def test_open_accounts_have_a_row_for_each_horizon_and_their_quantiles_rise(
    home: Path, night: Night, rows: pa.Table
) -> None:
    client = Sources.of(home).rows("client", ("client_id", "closed_on"))
    gone = client.filter(pc.less_equal(client["closed_on"], night.as_of).fill_null(False))[
        "client_id"
    ].to_pylist()
    counts = {r["values"]: r["counts"] for r in pc.value_counts(rows["client_id"]).to_pylist()}
    assert set(counts.values()) == {2}
    assert len(counts) > 150
    assert gone
    assert not counts.keys() & set(gone)
    low, middle, high = (rows[n].cast(pa.float64()).to_numpy() for n in ("p10", "p50", "p90"))
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert (low < high).sum() > 50


def test_who_is_no_individual_has_no_lifetime_value_for_most_they_bring_is_unknown_to_it(
    home: Path, rows: pa.Table
) -> None:
    client = Sources.of(home).rows("client", ("client_id", "kind", "closed_on"))
    kinds = dict(zip(client["client_id"].to_pylist(), client["kind"].to_pylist(), strict=True))
    assert {"institution", "individual"} <= set(kinds.values())
    assert {kinds[c] for c in rows["client_id"].to_pylist()} == {"individual"}


def test_the_five_parts_of_what_is_expected_add_up_to_it_and_name_their_model(rows: pa.Table) -> None:
    parts = sum(
        rows[n].cast(pa.float64()).to_numpy() for n in ("trading", "interest", "products", "cost", "market")
    )
    assert np.abs(parts - rows["expected"].cast(pa.float64()).to_numpy()).max() < 0.001
    assert (rows["cost"].cast(pa.float64()).to_numpy() <= 0).all()
    there = rows["there"].to_numpy()
    assert ((there >= 0) & (there <= 1)).all()
    assert 0 < there.mean() < 1
    assert pc.unique(rows["model_version"]).to_pylist() == [SETTINGS.clv.version]


def test_the_night_comes_to_what_the_steps_come_to_for_all_at_once(
    home: Path, night: Night, rows: pa.Table
) -> None:
    sources, generation, s = Sources.of(home), night.published.generation, SETTINGS.clv
    market = market_of(sources, night.as_of, SETTINGS.market, SETTINGS.standing)
    read = {n: sources.rows(n, columns) for n, columns in READS.items() if sources.has(n)}
    day = ledger_of(market.book, market.prices.securities, read, len(market.book.days) - 1).client_day
    days = market.book.days.astype(np.int32)
    logic = generation.read("logic")
    panel = lifecycle.monthly(day, days, sources.rows("login"))
    found = lifecycle.history(
        panel, sources.rows("client"), days, night.as_of, logic=logic, lead=sources.rows("lead")
    )
    first = month_numbers(day["date"].cast(pa.int32()).to_numpy()).min()
    known = days[month_numbers(days) >= first]
    stage = _stages(found, known, s.month_days)
    months = clv.Months(**clv.sums_of(day, found.clients, known, s.month_days), stage=stage)
    served = _served(generation.read("measure"), found.clients)
    codes = dict(
        zip(logic["client_id"].to_pylist(), map(LOGICS.index, logic["logic"].to_pylist()), strict=True)
    )
    own = np.array([codes.get(c, len(LOGICS) - 1) for c in found.clients])
    regime = {r["date"]: r["regime_known"] for r in market.states.to_pylist()}
    words = {"bear": clv.BEAR, "bull": clv.BULL}
    course = clv.market_months(
        np.log1p(np.nan_to_num(market.book.index_return)),
        np.array([words.get(regime.get(date.fromordinal(719163 + int(d))) or "", clv.NEUTRAL) for d in days]), s.month_days,
    )  # fmt: skip
    outlook = clv.outlook(clv.learn(months, own, served, course, s), course, s)
    wanted = clv.value_of(months, own, served, outlook)
    place = {c: i for i, c in enumerate(found.clients)}
    at = [place[c] for c in rows["client_id"].to_pylist()[::2]]
    for name in FIGURES:
        published = rows[name].cast(pa.float64()).to_numpy().reshape(-1, 2)
        np.testing.assert_allclose(published, getattr(wanted, name)[at], atol=1e-4)
    assert np.abs(wanted.expected).sum() > 1_000


def _stages(found: lifecycle.History, days: np.ndarray, month_days: int) -> np.ndarray:
    """Return the stage at the end of each span of so many days: that of the calendar month that ended last."""
    ends = days[::-1][::month_days][: len(days) // month_days][::-1]
    out = np.full((len(found.clients), len(ends)), clv.UNSEEN)
    for k, end in enumerate(ends):
        before = np.flatnonzero(np.asarray(found.month_ends) <= end)
        if len(before):
            out[:, k] = np.asarray(found.stage)[:, before[-1]]
        out[(np.asarray(found.closed) >= 0) & (np.asarray(found.closed) <= end), k] = clv.CLOSED
    return out


def _served(measure: pa.Table, clients: tuple[str, ...]) -> clv.Served:
    at = pc.index_in(pa.array(clients), value_set=measure["client_id"].cast(pa.string()).combine_chunks())
    names = ("interest_paid_12m", "product_fees_12m", "cost_to_serve_12m", "contacts_12m", "attempts_12m")
    *rest, reached, missed = (measure[n].cast(pa.float64()).take(at).fill_null(0.0).to_numpy() for n in names)
    return clv.Served(*rest, reached + missed)


def test_it_is_the_same_however_the_work_is_cut(
    home: Path, night: Night, rows: pa.Table, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(home, tmp_path / "home", ignore=shutil.ignore_patterns("generations", "PUBLISHED", "staging")))  # fmt: skip
    cut = run_night(other, None, ENGINE, replace(SETTINGS, range_rows=9_000)).published.generation
    assert len(cut.files("clv")) > len(night.published.generation.files("clv"))
    again = cut.read("clv").sort_by([("client_id", "ascending"), ("horizon_months", "ascending")])
    assert again.combine_chunks().equals(rows.combine_chunks())
