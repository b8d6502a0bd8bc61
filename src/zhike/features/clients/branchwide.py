"""What is only known once all clients are: rates drawn towards the branch, the place among peers in the same market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from zhike.base.measure import Measure
from zhike.base.text import say
from zhike.datacentre.tables.branch import STATES
from zhike.features.clients.peers import Peers, comparable
from zhike.features.clients.settings import YEAR
from zhike.features.clients.shrinkage import Prior, RateSums, Shrunk, difference, prior_of, shrunk

Floats = npt.NDArray[np.float64]
_drawn = partial(Measure, window=YEAR, group="behaviour", build=None, source=("trade", "quote"))

RATES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pgr": (("realised_gains_12m",), ("realised_gains_12m", "paper_gains_12m")),
    "plr": (("realised_losses_12m",), ("realised_losses_12m", "paper_losses_12m")),
    "win_rate": (("wins_12m",), ("round_trips_12m",)),
}
"""Rates drawn towards the branch: the measures that add up to the hits, and those that add up to the trials."""

BRANCHWIDE: tuple[Measure, ...] = (
    _drawn("pgr_drawn_12m", "fraction", say("盈利实现率（收缩）", "Share of gains realised, drawn"), say("PGR，按样本量向营业部均值收缩（贝塔–二项）。", "PGR, drawn towards the branch's by how little is known (beta-binomial).")),
    _drawn("plr_drawn_12m", "fraction", say("亏损实现率（收缩）", "Share of losses realised, drawn"), say("PLR，按样本量向营业部均值收缩（贝塔–二项）。", "PLR, drawn towards the branch's by how little is known (beta-binomial).")),
    _drawn("disposition_drawn_12m", "fraction", say("处置效应（收缩）", "Disposition effect, drawn"), say("处置效应：收缩后的 PGR − PLR。", "Disposition effect of the drawn rates: PGR − PLR.")),
    _drawn("win_rate_drawn_12m", "fraction", say("胜率（收缩）", "Win rate, drawn"), say("胜率，按样本量向营业部均值收缩（贝塔–二项）。", "Win rate, drawn towards the branch's by how little is known (beta-binomial)."),
           group="trading", source=("trade",)),
    _drawn("peer_percentile_12m", "fraction", say("同市况收益分位", "Place among peers"), say("同一市况下收益率在全部客户中的分位，按各市况日数加权（0 最低，1 最高）。",
           "Place among all clients by return on days of the same market state, weighted by days (0 lowest, 1 highest)."),
           group="profit", source=("trade", "market_state"), why=say("没有足够天数可与他人比较", "too few days to be compared with others")),
)  # fmt: skip

NEEDED: tuple[str, ...] = tuple(
    dict.fromkeys(
        [name for hits, trials in RATES.values() for name in (*hits, *trials)]
        + [f"{kind}_{state}_12m" for kind in ("return", "return_days") for state in STATES]
    )
)
"""The measures that have to be known of every client."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A branch-wide measure of all clients, shape (clients,) each: value (NaN: null), observations, 95 % interval."""

    value: Floats
    n: npt.NDArray[np.int64]
    low: Floats
    high: Floats


def _added(columns: Mapping[str, Floats], names: tuple[str, ...]) -> Floats:
    return np.asarray(sum(columns[name] for name in names), np.float64)


@dataclass(frozen=True, slots=True)
class Among:
    """What each client is held against: the branch's rates by name, and all clients' returns in order."""

    priors: Mapping[str, Prior]
    peers: Peers


@dataclass(frozen=True, slots=True)
class Share:
    """What some clients add to `Among`: sums by rate, returns by state. Those of ranges are put together by `among`."""

    rates: Mapping[str, RateSums]
    returns: tuple[npt.NDArray[np.float32], ...]


def share_of(columns: Mapping[str, Floats]) -> Share:
    """Return what some clients add; `columns` as in `branchwide`."""
    rates = {name: RateSums.of(_added(columns, h), _added(columns, n)) for name, (h, n) in RATES.items()}
    return Share(rates, comparable(*_returns(columns)))


def among(rates: Sequence[Mapping[str, RateSums]], peers: Peers) -> Among:
    """Put the ranges' sums together."""
    priors = {name: prior_of(sum((r[name] for r in rates), RateSums())) for name in RATES}
    return Among(priors, peers)


def branchwide(columns: Mapping[str, Floats], all_: Among | None = None) -> Mapping[str, Estimate]:
    """Return the branch-wide measures of clients, by name.

    `columns`: the measures in NEEDED, shape (clients,) each, NaN where null, rows in one order. A client whose counts aren't
    known gets NaN; one without observations gets the branch's own rate, with its interval. `all_`: what they are held against,
    where these are some of the clients (None: these are all).
    """
    if all_ is None:
        own = share_of(columns)
        all_ = among([own.rates], Peers.of(own.returns))
    drawn: dict[str, Shrunk] = {}
    for name, (hits, trials) in RATES.items():
        drawn[name] = shrunk(_added(columns, hits), _added(columns, trials), all_.priors[name])
    drawn["disposition"] = difference(drawn["pgr"], drawn["plr"])
    found = {f"{k}_drawn_12m": Estimate(s.value, s.n, s.low, s.high) for k, s in drawn.items()}
    returns, days = _returns(columns)
    place = all_.peers.places(returns, days)
    nothing = np.full(len(place), np.nan)
    found["peer_percentile_12m"] = Estimate(place, days.sum(axis=1).astype(np.int64), nothing, nothing)
    return found


def _returns(
    columns: Mapping[str, Floats],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint16]]:
    """Return mean returns by market state and on how many days they rest, (clients, states) each."""
    returns = np.stack([columns[f"return_{s}_12m"] for s in STATES], axis=1).astype(np.float32)
    days = np.nan_to_num(np.stack([columns[f"return_days_{s}_12m"] for s in STATES], axis=1))
    return returns, days.astype(np.uint16)
