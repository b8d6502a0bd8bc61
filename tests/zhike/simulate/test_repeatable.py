"""The same seed tells the same story, clients don't depend on their neighbours, and nobody knows tomorrow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import branch_facts as facts
from zhike.base.errors import UsageError
from zhike.simulate import Plan, simulate
from zhike.simulate.agents.layout import TRADES
from zhike.simulate.agents.traits import clients_of
from zhike.simulate.story import _lived, make_world

SMALL = Plan(120, 60, 5, start=date(2024, 1, 2), futures=1)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


@pytest.mark.parametrize("flavour", ["csv", "parquet", "exported"])
def test_two_runs_of_one_seed_are_equal_byte_for_byte(tmp_path: Path, flavour: str) -> None:
    for name in ("a", "b"):
        simulate(SMALL, tmp_path / name, flavour)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_another_seed_tells_another_story(tmp_path: Path) -> None:
    for seed in (5, 6):
        simulate(replace(SMALL, seed=seed), tmp_path / str(seed), "parquet")
    assert not facts.table(tmp_path / "5/drop", "trade").equals(facts.table(tmp_path / "6/drop", "trade"))


def test_what_a_client_does_does_not_depend_on_the_chunk(tmp_path: Path) -> None:
    for chunk in (120, 50):
        simulate(replace(SMALL, chunk=chunk), tmp_path / str(chunk), "parquet")
    for name in ("trade", "asset", "cash_flow", "holding"):
        assert facts.table(tmp_path / "120/drop", name).equals(facts.table(tmp_path / "50/drop", name)), name


@pytest.mark.parametrize("variant", ["standard", "rules", "habits"])
def test_what_comes_after_a_day_changes_nothing_before_it(variant: str) -> None:
    world = make_world(replace(SMALL, variant=variant))
    begin, turn = SMALL.market_settings.lead_in, world.market.end
    told = []
    for ground in (world.ground, world.calm):
        pages, _ = _lived(ground, clients_of(world.who, 0, 120), begin, turn + 60, 0)
        rows = pages.rows[: pages.used[0]]
        told.append(rows[rows[:, 16] == TRADES])
    assert not np.array_equal(world.ground.px[turn + 5 :], world.calm.px[turn + 5 :])
    before = [t[t[:, 1] < turn] for t in told]
    assert len(before[0]) > 100
    assert np.array_equal(before[0], before[1])
    assert not np.array_equal(told[0], told[1])


def test_what_cannot_be_simulated_is_refused_with_what_can(tmp_path: Path) -> None:
    for wrong in (
        {"clients": 3},
        {"days": 1},
        {"market": "sideways"},
        {"variant": "other"},
        {"market": "real"},
    ):
        with pytest.raises(UsageError):
            replace(SMALL, **wrong)  # type: ignore[arg-type]
    (tmp_path / "there").write_text("x")
    with pytest.raises(UsageError, match="not empty"):
        simulate(SMALL, tmp_path)
    with pytest.raises(UsageError, match="format"):
        simulate(SMALL, tmp_path / "new", "xml")
