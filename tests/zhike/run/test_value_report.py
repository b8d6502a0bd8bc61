"""The report of value adds up: by grade, quadrant and cell, along the curve, and in the moves since the last generation."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from made_up import branch
from valued_branch import FIRST, LAST, REVENUE, clients, publish
from zhike.base.errors import UsageError
from zhike.datacentre.generation import Generation
from zhike.datacentre.generation import manifest as manifests
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.models.value import GRADES
from zhike.run import run_night
from zhike.run.movers import farthest, reasons
from zhike.run.value_report import KindReport, ReportSettings, Sums, ValueReport, published_value

ENGINE = EngineSettings(threads=1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a simulated branch after two nights, the second 30 trading days after the first."""
    folder, made = tmp_path_factory.mktemp("value-report") / "home", branch(300, 160) / "drop"
    folder.mkdir()
    ingest(folder, Request(made, date(2026, 1, 1), settings=ENGINE))
    days = sorted(set(pq.read_table(made / "asset.parquet", columns=["date"])["date"].to_pylist()))
    run_night(folder, days[-31], ENGINE)
    run_night(folder, None, ENGINE)
    return folder


@pytest.fixture(scope="module")
def told(home: Path) -> ValueReport:
    return published_value(home)


def test_clients_and_money_add_up_to_the_published_tables(home: Path, told: ValueReport) -> None:
    found = Generation.latest(home)
    assert found is not None
    value, measure = found.read("value"), found.read("measure", ("client_id", "net_now", "revenue_12m"))
    assert [k.kind for k in told.kinds] == ["individual", "institution", "product"]
    for each in told.kinds:
        own = value.filter(pc.equal(value["kind"], each.kind))
        mine = measure.filter(pc.is_in(measure["client_id"], value_set=own["client_id"].combine_chunks()))
        assert each.total.clients == own.num_rows
        assert each.total.assets == pytest.approx(pc.sum(mine["net_now"]).as_py())
        assert each.total.revenue == pytest.approx(pc.sum(mine["revenue_12m"]).as_py())
        for parts in (each.grades, each.quadrants, {c: c.sums for c in each.cells}):
            summed = sum(parts.values(), Sums(0, 0.0, 0.0, 0.0))
            assert summed.clients == each.total.clients
            assert summed.revenue == pytest.approx(each.total.revenue, abs=0.01)
            assert summed.contribution == pytest.approx(each.total.contribution, abs=0.01)
        for by in ("logic", "stage"):
            across = each.crossed(by)  # type: ignore[arg-type]
            assert sum(s.clients for own_ in across.values() for s in own_.values()) == own.num_rows


def test_curves_begin_at_nought_end_at_one_and_the_best_order_lies_above(told: ValueReport) -> None:
    for each in told.kinds:
        for curve in (each.by_score, each.by_contribution):
            for own in (curve.contribution, curve.revenue, curve.assets):
                if own is not None:
                    assert (own.parts[0], own.parts[-1], len(own.parts)) == (0.0, 1.0, 101)
                    assert own.top == pytest.approx(own.parts[20], abs=1e-6)
        best, by_score = each.by_contribution.contribution, each.by_score.contribution
        assert (best is None) == (by_score is None) == (each.total.contribution <= 0)
        if best is not None and by_score is not None:
            assert (np.array(best.parts) >= np.array(by_score.parts) - 1e-6).all()
    assert told.kinds[0].by_score.contribution is not None


def test_the_moves_are_those_that_were_published(home: Path, told: ValueReport) -> None:
    found = Generation.latest(home)
    assert found is not None
    rows = [r for r in found.read("transition").to_pylist() if r["table"] == "grade"]
    assert {(m.before, m.after): m.clients for m in told.moves} == {
        (r["from"], r["to"]): r["clients"] for r in rows
    }
    assert sum(m.clients for m in told.moves if m.after != "none") == sum(k.total.clients for k in told.kinds)
    assert told.previous_as_of is not None


def test_movers_are_told_with_what_moved_them(home: Path, told: ValueReport) -> None:
    now, then = Generation.kept(home)
    after, before = ({r["client_id"]: r for r in g.read("value").to_pylist()} for g in (now, then))
    movers = told.kinds[0].movers
    assert movers.why_none is None
    assert movers.up
    assert movers.down
    for mover in (*movers.up, *movers.down):
        rows = before[mover.client], after[mover.client]
        assert mover.grade == (rows[0]["grade"], rows[1]["grade"])
        assert mover.rank == (rows[0]["rank"], rows[1]["rank"])
        assert mover.score == (rows[0]["score"], rows[1]["score"])
        assert mover.reasons
    for way, some in ((1, movers.up), (-1, movers.down)):
        for mover in some:
            steps = way * (GRADES.index(mover.grade[0]) - GRADES.index(mover.grade[1]))
            assert steps > 0 or (steps == 0 and way * (mover.score[1] - mover.score[0]) > 0)


def test_a_client_who_was_frozen_since_is_not_named(home: Path, told: ValueReport, tmp_path: Path) -> None:
    other = Path(shutil.copytree(home, tmp_path / "home"))
    first = told.kinds[0].movers.up[0].client
    client = pq.read_table(branch(300, 160) / "drop" / "client.parquet")
    row = client.filter(pc.equal(client["client_id"], first))
    row = row.set_column(row.column_names.index("frozen"), "frozen", pa.array([True]))
    (tmp_path / "late").mkdir()
    pq.write_table(row, tmp_path / "late" / "client.parquet")
    ingest(other, Request(tmp_path / "late", date(2026, 1, 2), settings=ENGINE))
    movers = published_value(other).kinds[0].movers
    assert first not in {m.client for m in (*movers.up, *movers.down)}
    assert movers.up[0] == told.kinds[0].movers.up[1]


# By hand: ten individuals and an institution.


def individuals(home: Path) -> KindReport:
    return published_value(home, kind="individual").kinds[0]


def test_sums_shares_and_cells_are_those_done_by_hand(tmp_path: Path) -> None:
    publish(tmp_path, FIRST, clients())
    each = individuals(tmp_path)
    assert each.total == Sums(10, 55_000, 1_000, 900)
    assert each.grades["gold"] == Sums(2, 15_000, 180, 180)
    assert each.quadrants["keep"].clients == 3
    assert each.by_score.revenue is not None
    assert each.by_score.revenue.top == pytest.approx(0.7)
    assert each.by_score.contribution is not None
    assert max(each.by_score.contribution.parts) == pytest.approx(995 / 900, abs=1e-6)  # I10 takes 95 away
    assert each.crossed("logic")["value"]["gold"] == Sums(2, 15_000, 180, 180)
    assert list(each.crossed("stage")) == ["growing", "mature"]
    assert each.cells[0].sums.revenue == REVENUE[0]


def test_kinds_are_never_put_together(tmp_path: Path) -> None:
    publish(tmp_path, FIRST, clients())
    every = published_value(tmp_path)
    assert [(k.kind, k.total.clients, k.total.assets) for k in every.kinds] == [
        ("individual", 10, 55_000),
        ("institution", 1, 7e8),
    ]
    with pytest.raises(UsageError, match="valued nobody of that kind"):
        published_value(tmp_path, kind="product")


def test_what_is_not_known_adds_nothing_and_is_called_unknown(tmp_path: Path) -> None:
    publish(
        tmp_path, FIRST, clients(I3={"revenue_12m": None, "net_now": None, "quadrant": None, "logic": None})
    )
    each = individuals(tmp_path)
    assert (each.total.revenue, each.total.assets, each.total.clients) == (900, 47_000, 10)
    assert each.quadrants["unknown"].clients == 1
    assert each.crossed("logic")["unknown"]["gold"].clients == 1


def test_there_are_no_shares_of_a_total_that_is_not_above_nought(tmp_path: Path) -> None:
    nothing = {r["client_id"]: {"revenue_12m": 0.0, "contribution_12m": -1.0} for r in clients()}
    publish(tmp_path, FIRST, clients(**nothing))
    each = individuals(tmp_path)
    assert each.by_score.revenue is None
    assert each.by_score.contribution is None
    assert each.by_score.assets is not None


def test_movers_go_by_grade_then_points_and_tell_the_largest_changes(tmp_path: Path) -> None:
    publish(tmp_path, FIRST, clients())
    publish(tmp_path, LAST, clients(
        I5={"grade": "platinum", "rank": 2, "score": 86.0, "criteria": {"commission": 66.0, "wallet_gap": 20.98}},
        I2={"rank": 9, "score": 20.0, "criteria": {"commission": 20.0}},
        I9={"rank": 8, "score": 30.0},
        I10={"score": 9.51},
    ))  # fmt: skip
    movers = individuals(tmp_path).movers
    assert [m.client for m in movers.up] == ["I5", "I9"]
    assert [m.client for m in movers.down] == ["I2"]
    assert movers.up[0].grade == ("growth", "platinum")
    assert [(r.criterion, round(r.points, 2)) for r in movers.up[0].reasons] == [("commission", 30.0)]
    assert [r.criterion for r in movers.down[0].reasons] == ["commission", "wallet_gap"]
    assert published_value(tmp_path, settings=ReportSettings(movers=1)).kinds[0].movers.up == movers.up[:1]
    moves = {(m.before, m.after): m.clients for m in published_value(tmp_path).moves}
    assert moves["growth", "platinum"] == 1
    assert moves["growth", "growth"] == 1


def test_it_says_why_there_are_no_movers(tmp_path: Path) -> None:
    first = publish(tmp_path, FIRST, clients())
    assert "first generation" in str(individuals(tmp_path).movers.why_none)
    assert published_value(tmp_path).moves == ()
    other = {r["client_id"]: {"model_version": "institution-1"} for r in clients()}
    publish(tmp_path, LAST, clients(**other))
    assert "by model institution-1" in str(individuals(tmp_path).movers.why_none)
    assert published_value(tmp_path, first.id).as_of == FIRST
    last = manifests.entries(tmp_path)[-1:]
    manifests.point(tmp_path, last)
    found = published_value(tmp_path)
    assert f"({first.id}) isn't kept" in str(found.kinds[0].movers.why_none)
    assert found.previous_as_of is None
    assert found.moves


def test_nothing_moved_is_said_too(tmp_path: Path) -> None:
    publish(tmp_path, FIRST, clients())
    publish(tmp_path, LAST, clients())
    assert "Nobody moved" in str(individuals(tmp_path).movers.why_none)


def test_who_moves_farthest_is_taken_by_steps_then_by_the_rest() -> None:
    up, down = farthest(np.array([0, 1, 0, -2, 0]), np.array([3.0, -9.0, 0.0, 5.0, -1.0]), 2)
    assert up.tolist() == [1, 0]
    assert down.tolist() == [3, 4]


def test_reasons_are_the_three_largest_and_none_too_small() -> None:
    found = reasons({"a": 1.0, "b": 2.0, "c": 3.0, "d": 1.0}, {"a": 1.04, "b": 5.0, "e": 1.0, "d": -1.0})
    assert [(r.criterion, r.points) for r in found] == [("b", 3.0), ("c", -3.0), ("d", -2.0)]


def test_without_a_generation_or_without_value_it_is_a_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Nothing was published"):
        published_value(tmp_path)
    publish(tmp_path, FIRST, clients())
    with pytest.raises(UsageError, match="no one generation"):
        published_value(tmp_path, "2031")
