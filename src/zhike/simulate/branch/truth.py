"""What nobody at a branch could know, written apart: logic, purity, hazards, effects, futures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.simulate.agents import layout as at
from zhike.simulate.agents.traits import Traits
from zhike.simulate.branch.acquisition import CHANNELS
from zhike.simulate.branch.books import client_codes
from zhike.simulate.branch.columns import dates, words
from zhike.simulate.branch.files import write
from zhike.simulate.market.assembly import Market
from zhike.simulate.market.regimes import REGIMES
from zhike.simulate.market.shelf import CATEGORIES
from zhike.simulate.settings import LOGICS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of one chunk, (n,) each. `contribution`: what the branch earns in the 245 days after the drop, fen.

    `left_neutral`: share of the neutral futures in which the client is lost by then.
    """

    begin: int
    stage: Ints
    hazard: Floats
    content: Floats
    earned: Floats
    contribution: Floats
    neutral: Floats
    left_neutral: Floats
    decided: Floats  # share of decisions that the main logic took, NaN without any
    decisions: Ints


class Truth:
    """The folder of truths."""

    def __init__(self, folder: Path, market: Market) -> None:
        self.folder = folder
        self.market = market
        folder.mkdir(parents=True, exist_ok=True)
        self.clients: list[pa.Table] = []
        self.stages: list[pa.Table] = []
        self.felt: list[pa.Table] = []

    def add(self, who: Traits, outcome: Outcome, stages: Ints, felt: Ints) -> None:
        """Keep the truth of a chunk: rows `stages` (client, day, stage, cause) in order, `felt` (client, day, millionths)."""
        self.clients.append(_clients(who, outcome))
        self.felt.append(
            pa.table(
                {
                    "client_id": client_codes(felt[:, 0]),
                    "date": dates(self.market.course.days[felt[:, 1]]),
                    "engagement": felt[:, 2] / 1e6,
                }
            )
        )
        self.stages.append(self._intervals(stages))

    def _intervals(self, rows: Ints) -> pa.Table:
        days = self.market.course.days
        next_ = np.append(rows[1:, 0] == rows[:-1, 0], False) if len(rows) else np.empty(0, bool)
        until = np.where(next_, np.append(rows[1:, 1], 0) - 1, self.market.end - 1)
        return pa.table({
            "client_id": client_codes(rows[:, 0]), "stage": words(at.STAGES, rows[:, 2]), "from": dates(days[rows[:, 1]]),
            "to": dates(days[np.maximum(until, rows[:, 1])]), "cause": words((None, *at.CAUSES[1:]), rows[:, 3]),
        })  # fmt: skip

    def close(self) -> None:
        """Write everything."""
        m = self.market
        span = slice(m.first, m.end)
        self._put("client", pa.concat_tables(self.clients))
        self._put("stage", pa.concat_tables(self.stages))
        self._put("engagement", pa.concat_tables(self.felt))
        self._put(
            "channel",
            pa.table(
                {"channel_id": [c.channel_id for c in CHANNELS], "effect": [c.effect for c in CHANNELS]}
            ),
        )
        self._put(
            "regime",
            pa.table(
                {
                    "date": dates(m.course.days[span]),
                    "regime": words(REGIMES, m.course.regime[span]),
                    "heat": m.heat[span],
                }
            ),
        )

    def _put(self, name: str, table: pa.Table) -> None:
        write(self.folder / f"{name}.parquet", table, "parquet")


def _clients(who: Traits, o: Outcome) -> pa.Table:
    rows = slice(o.begin, o.begin + len(o.stage))
    whole, real = who.wholes[rows], who.reals[rows]
    effect = real[:, at.EFFECT]
    likes = {f"propensity_{c}": who.appetite[rows, k] for k, c in enumerate(CATEGORIES)}
    overlay = np.where(whole[:, at.IPO_ONLY] > 0, 1, np.where(whole[:, at.MARGIN] > 0, 2, 0))
    return pa.table({
        "client_id": client_codes(np.arange(rows.start, rows.stop)), "logic": words(LOGICS, whole[:, at.LOGIC]),
        "purity": real[:, at.PURITY], "purity_decided": pa.array(o.decided, from_pandas=True), "decisions": o.decisions,
        "overlay": words((None, "arbitrage", "margin"), overlay), "stage": words(at.STAGES, o.stage),
        "hazard": o.hazard, "satisfaction": o.content, "contact_effect": effect,
        "contact_class": words(("driven_away", "unmoved", "helped"), 1 + (effect > 0.3) - (effect < -0.3)),
        "propensity_refer": who.refers[rows], **likes, "earned": o.earned / 100.0, "contribution": o.contribution / 100.0,
        "contribution_neutral": o.neutral / 100.0, "p_lost_neutral": o.left_neutral,
    })  # fmt: skip
