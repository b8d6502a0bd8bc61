"""How a client's decisions are read: once by the mixture, once more by the scorecards learnt from the first reading.

Two steps, for the clients come range by range: what is common is learnt from some of them (`learnt`), then each is read by it
(`read_by`); what comes out for a client doesn't depend on who is read together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.models.logic.cards import Card, CardSettings, cards_of, common_of, read
from zhike.models.logic.decisions import Decisions, Memory
from zhike.models.logic.definitions import LOGICS, buys, sells
from zhike.models.logic.evidence import TRAITS, Evidence, evidence_of, said
from zhike.models.logic.mixture import Mixture, MixtureSettings, fit, log_densities, owners, sampled
from zhike.models.logic.rows import across
from zhike.models.logic.shares import ShareSettings, common, evenly, leading, likelihoods, posterior

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LogicSettings:
    """When there is enough to tell, and how far a class must lead.

    Within `memory`, `trips` closed round trips or `held` days of holding are enough, but never fewer than `decisions` that tell
    anything of the market, each counted by how much it still speaks;
    `margin`: lead below which it is mixed; `stay`: how much further the old class may fall behind before it is given up;
    `memory`: how long a decision speaks; `shares`: how its division among the sources is weighed; `cards`: the second reading.
    """

    trips: int = 6
    held: int = 60
    decisions: int = 6
    margin: float = 0.15
    stay: float = 0.15
    memory: Memory = field(default_factory=Memory)
    shares: ShareSettings = field(default_factory=ShareSettings)
    mixture: MixtureSettings = field(default_factory=MixtureSettings)
    cards: CardSettings = field(default_factory=CardSettings)

    def __post_init__(self) -> None:
        """Refuse settings that can't work."""
        memory, shares, mixture, cards = self.memory, self.shares, self.mixture, self.cards
        if not (
            0 <= self.margin < 1 and 0 <= self.stay < 1 and self.decisions > 0
            and 0 <= memory.fresh <= memory.window and memory.window > 0 and memory.half_life > 0
            and min(shares.steps, mixture.steps) > 1 and shares.spread > 0 and shares.rounds > 0
            and mixture.anchor >= 0 and mixture.floor > 0 and 0 < mixture.pull <= 1 and mixture.sample > 0
            and cards.knots > 1 and cards.ridge > 0 and cards.rough >= 0 and cards.folds > 1 and cards.rounds > 0
            and 0 <= cards.repeats <= 1 and cards.trust > 0
        ):  # fmt: skip
            raise UsageError(
                say(f"盈利逻辑设置不可用：{self}", f"These settings of the logic can't be used: {self}")
            )


@dataclass(frozen=True, slots=True)
class Experience:
    """How much is known of each client, shape (clients,): closed round trips, days on which something was held."""

    trips: Ints
    held: Ints


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The outcome for n clients: `probability` (n, 3) in the order of LOGICS, evidence, whether there was `enough` (n,).

    `counts` (n,): decisions that tell anything of the market; `spoken` (n,): how much they still speak together.
    """

    probability: Floats
    counts: Ints
    spoken: Floats
    enough: npt.NDArray[np.bool_]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Learnt:
    """What clients are read by; it travels to the processes that read them.

    `mixture` and how common divisions are in it; of each fold of clients its `cards`, one a side; how common logics are; how much
    the second reading weighs (`trust`).
    """

    mixture: Mixture
    divisions: Floats
    cards: tuple[tuple[Card, ...], ...]
    logics: Floats
    trust: float


Sides = tuple[Decisions, Decisions]


def learnt(sides: Sides, keys: Keys, settings: LogicSettings, found: int | None = None) -> Learnt:
    """Sharpen the definitions on the decisions of some clients, and learn what is common among them.

    `keys` (clients,): numbers of 32 bits that stay with a client whoever joins; by them the mixture's sample is taken, and clients
    are put into folds. `found`: the decisions of all clients, where these are a sample of them.
    """
    clients, all_ = len(keys), len(owners(sides)) if found is None else found
    some, taken = sampled(sides, keys, settings.mixture.sample, all_)
    mixture = fit(some, (buys(), sells()), int(taken.sum()), settings.mixture, settings.shares)
    telling = _telling(sides)
    spoken = _spoken(telling, clients)
    enough = spoken >= settings.shares.least
    likely = _likely(mixture, sides, clients, settings.shares)
    usual = common(
        likely[enough], evenly(settings.shares.steps), settings.shares.rounds, settings.shares.spread
    )
    first = leading(posterior(likely, usual), settings.shares.steps)
    del likely
    fold = np.where(enough & taken, _fold(keys, settings.cards), -1)
    cards = tuple(cards_of(telling, fold, first, settings.cards))
    points = across(_points(telling, cards, keys, settings.cards))
    logics = common_of(points[enough], spoken[enough], settings.cards)
    trust = _trust(int((enough & taken).sum()), settings.cards.trust)
    return Learnt(mixture, usual, cards, logics, trust)


def read_by(model: Learnt, sides: Sides, known: Experience, settings: LogicSettings, keys: Keys) -> Verdicts:
    """Judge some clients by their own decisions; `keys` as in `learnt`."""
    clients, telling = len(keys), _telling(sides)
    spoken = _spoken(telling, clients)
    likely = _likely(model.mixture, sides, clients, settings.shares)
    first = leading(posterior(likely, model.divisions), settings.shares.steps)
    points = _points(telling, model.cards, keys, settings.cards)
    again = read(across(points), spoken, model.logics, settings.cards)
    probability = (1 - model.trust) * first + model.trust * again
    readers = (model.mixture.buys.parts, model.mixture.sells.parts)
    told = (1 - model.trust) * said(readers, sides, clients) + model.trust * points
    counts = np.bincount(owners(telling), minlength=clients)
    enough = ((known.trips >= settings.trips) | (known.held >= settings.held)) & (
        spoken >= settings.decisions
    )
    return Verdicts(probability, counts, spoken, enough, evidence_of(told, _spoken(sides, clients)))


def judged(
    bought: Decisions, sold: Decisions, known: Experience, settings: LogicSettings, keys: Keys | None = None
) -> tuple[Verdicts, Mixture]:
    """Learn from all clients that are given, and judge each; `keys` as in `learnt` (default: the places)."""
    chosen = np.arange(len(known.trips), dtype=np.uint64) if keys is None else keys
    model = learnt((bought, sold), chosen, settings)
    return read_by(model, (bought, sold), known, settings, chosen), model.mixture


def _trust(clients: int, half: float) -> float:
    """Return what the second reading weighs, learnt from so many clients: by squares, so that a handful is left to the first."""
    return clients**2 / (clients**2 + half**2)


def _telling(sides: Sides) -> Sides:
    """Return the decisions of which anything of the market is known."""
    bought, sold = (d.only(d.telling) for d in sides)
    return bought, sold


def _spoken(sides: Sequence[Decisions], clients: int) -> Floats:
    """Return how much clients' decisions speak together, (clients,)."""
    return np.asarray(sum(np.bincount(d.client, d.weight, clients) for d in sides), np.float64)


def _likely(mixture: Mixture, sides: Sequence[Decisions], clients: int, shares: ShareSettings) -> Floats:
    """Return how likely clients' decisions are under each division, by the mixture; (clients, divisions)."""
    owner, weights = owners(sides), np.concatenate([d.weight for d in sides])
    logs = log_densities((mixture.buys, mixture.sells), sides)
    return likelihoods(logs, weights, owner, clients, shares.steps)


def _fold(keys: Keys, settings: CardSettings) -> Ints:
    return np.asarray(keys % np.uint64(settings.folds), np.int64)


def _points(
    sides: Sequence[Decisions], cards: Sequence[Sequence[Card]], keys: Keys, settings: CardSettings
) -> Floats:
    """Return what the cards say of clients, by traits, from decisions that tell anything; (clients, 3, traits), in nats."""
    fold = _fold(keys, settings)
    told = np.zeros((len(keys), len(LOGICS), len(TRAITS)))
    for f, own in enumerate(cards):
        theirs = [d.only(fold[d.client] == f) for d in sides]
        told += said([card.parts for card in own], theirs, len(keys))
    return told
