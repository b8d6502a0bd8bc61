"""The life cycle beside what simulated clients really were: panel, stages found, and the truth at the same months' ends."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from zhike.base.period import Days, date_of
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.features.ledger import READS, ledger_of
from zhike.features.market import StandingSettings
from zhike.features.market.settings import MarketSettings
from zhike.models.lifecycle import STAGES, History, history, monthly
from zhike.run.market import market_of
from zhike.run.sources import Sources

_TODAY = date(2035, 1, 1)
_AWAKE = [STAGES.index(name) for name in ("growing", "mature", "declining", "returned")]
DECLINING = STAGES.index("declining")


@dataclass(frozen=True)
class Branch:
    """What the life cycle reads of a simulated branch, and the tables of its truth."""

    panel: pa.Table
    client: pa.Table
    days: Days
    logic: pa.Table
    stage: pa.Table
    engagement: pa.Table


@dataclass(frozen=True)
class Beside:
    """What was found and what was true, clients × months' ends from the second year on.

    `found`, `true`: codes of STAGES, −1 before. `awake`: truly there and active at all. `halved`: awake with at most half of the
    own highest engagement of twelve months; `cooling`: awake, and halved, below three quarters, or declining by own will.
    """

    found: npt.NDArray[np.int64]
    rule: npt.NDArray[np.int64]
    true: npt.NDArray[np.int64]
    awake: npt.NDArray[np.bool_]
    halved: npt.NDArray[np.bool_]
    cooling: npt.NDArray[np.bool_]

    @property
    def called(self) -> npt.NDArray[np.bool_]:
        """Mark who is called declining."""
        return np.asarray(self.found == DECLINING)


def taken_in(folder: Path) -> Branch:
    """Take a simulated branch in and fold its events to the monthly panel."""
    truth = {n: pq.read_table(folder / "truth" / f"{n}.parquet") for n in ("client", "stage", "engagement")}
    with tempfile.TemporaryDirectory(prefix="zhike-") as name:
        home = Path(name)
        ingest(home, Request(folder / "drop", _TODAY, settings=EngineSettings(threads=1)))
        sources = Sources.of(home)
        market = market_of(sources, _TODAY, MarketSettings(), StandingSettings())
        read = {n: sources.rows(n, columns) for n, columns in READS.items() if sources.has(n)}
        ledger = ledger_of(market.book, market.prices.securities, read, len(market.book.days) - 1)
        days = market.book.days.astype(np.int32)
        panel = monthly(ledger.client_day, days, sources.rows("login"))
        client = sources.rows("client")
    logic = truth["client"].select(["client_id", "logic"])
    return Branch(panel, client, days, logic, truth["stage"], truth["engagement"])


def found_in(branch: Branch, *, logins: bool = True, logic: bool = True) -> History:
    """Walk the branch's clients through the months.

    `logic`: like clients and the months until dormancy by the *true* logic, which no broker has; otherwise by none, the
    whole branch being alike.
    """
    panel = branch.panel if logins else branch.panel.drop_columns("login_days")
    known = branch.logic if logic else None
    return history(panel, branch.client, branch.days, date_of(int(branch.days[-1])), logic=known)


def beside(branch: Branch, found: History) -> Beside:
    """Put the truth beside what was found."""
    true, engaged = _truth(branch, found)
    awake = np.isin(true, _AWAKE) & (engaged > 0)
    level = np.where(awake, engaged, 0.0)
    highest = np.stack([level[:, max(m - 11, 0) : m + 1].max(axis=1) for m in range(level.shape[1])], axis=1)
    halved = awake & (level <= 0.5 * highest)
    cooling = awake & (halved | (level < 0.75) | (true == DECLINING))
    stage, rule = (codes[:, 12:].astype(np.int64) for codes in (found.stage, found.rule))
    return Beside(stage, rule, true[:, 12:], awake[:, 12:], halved[:, 12:], cooling[:, 12:])


def _truth(branch: Branch, found: History) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return stage and engagement of the found clients at the found months' ends; −1 and NaN where there is none."""
    ends, place = found.month_ends, {c: i for i, c in enumerate(found.clients)}
    true, engaged = np.full(found.stage.shape, -1), np.full(found.stage.shape, np.nan)
    since = branch.stage["from"].cast(pa.int32()).to_pylist()
    rows = zip(branch.stage["client_id"].to_pylist(), branch.stage["stage"].to_pylist(), since, strict=True)
    for client, stage, day in rows:  # in order of time
        if client in place:
            true[place[client], np.searchsorted(ends, day) :] = STAGES.index(stage)
    at = np.array([place.get(c, -1) for c in branch.engagement["client_id"].to_pylist()])
    month = np.searchsorted(ends, branch.engagement["date"].cast(pa.int32()).to_numpy())
    good = (at >= 0) & (month < len(ends))
    engaged[at[good], month[good]] = branch.engagement["engagement"].to_numpy()[good]
    return true, engaged
