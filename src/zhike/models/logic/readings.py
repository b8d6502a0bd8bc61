"""How a client's decisions are read: once by the mixture, once more by the scorecards learnt from the first reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.models.logic.cards import CardSettings, cards_of, read
from zhike.models.logic.decisions import Decisions, Memory
from zhike.models.logic.definitions import LOGICS, buys, sells
from zhike.models.logic.evidence import TRAITS, Evidence, evidence_of, said
from zhike.models.logic.mixture import Mixture, MixtureSettings, fit, log_densities, owners, sampled
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


def judged(
    bought: Decisions, sold: Decisions, known: Experience, settings: LogicSettings, keys: Keys | None = None
) -> tuple[Verdicts, Mixture]:
    """Sharpen the definitions on all decisions, and judge every client by the client's own.

    `keys` (clients,): numbers of 32 bits that stay with a client whoever joins; by them a large branch is sampled, and clients are
    put into folds (default: the places).
    """
    clients, sides = len(known.trips), (bought, sold)
    chosen = np.arange(clients, dtype=np.uint64) if keys is None else keys
    some, taken = sampled(sides, chosen, settings.mixture.sample)
    mixture = fit(some, (buys(), sells()), int(taken.sum()), settings.mixture, settings.shares)
    telling = tuple(d.only(d.telling) for d in sides)
    spoken = _spoken(telling, clients)
    learnt = spoken >= settings.shares.least
    first = _first(mixture, sides, learnt, settings.shares)
    points = _points(telling, first, learnt & taken, chosen, settings.cards)
    trust = _trust(int((learnt & taken).sum()), settings.cards.trust)
    probability = (1 - trust) * first + trust * read(points.sum(2), spoken, learnt, settings.cards)
    readers = (mixture.buys.parts, mixture.sells.parts)
    told = (1 - trust) * said(readers, sides, clients) + trust * points
    counts = np.bincount(owners(telling), minlength=clients)
    enough = ((known.trips >= settings.trips) | (known.held >= settings.held)) & (
        spoken >= settings.decisions
    )
    evidence = evidence_of(told, _spoken(sides, clients))
    return Verdicts(probability, counts, spoken, enough, evidence), mixture


def _trust(clients: int, half: float) -> float:
    """Return what the second reading weighs, learnt from so many clients: by squares, so that a handful is left to the first."""
    return clients**2 / (clients**2 + half**2)


def _spoken(sides: Sequence[Decisions], clients: int) -> Floats:
    """Return how much clients' decisions speak together, (clients,)."""
    return np.asarray(sum(np.bincount(d.client, d.weight, clients) for d in sides), np.float64)


def _first(mixture: Mixture, sides: Sequence[Decisions], learnt: Flags, shares: ShareSettings) -> Floats:
    """Return how probable each logic is by the mixture; (clients, 3)."""
    owner, weights = owners(sides), np.concatenate([d.weight for d in sides])
    logs = log_densities((mixture.buys, mixture.sells), sides)
    likely = likelihoods(logs, weights, owner, len(learnt), shares.steps)
    usual = common(likely[learnt], evenly(shares.steps), shares.rounds, shares.spread)
    return leading(posterior(likely, usual), shares.steps)


def _points(
    sides: Sequence[Decisions], first: Floats, learnt: Flags, keys: Keys, settings: CardSettings
) -> Floats:
    """Return what the cards say of clients, by traits, from decisions that tell anything; (clients, 3, traits), in nats."""
    fold = (keys % np.uint64(settings.folds)).astype(np.int64)
    told = np.zeros((len(learnt), len(LOGICS), len(TRAITS)))
    for f, cards in enumerate(cards_of(sides, np.where(learnt, fold, -1), first, settings)):
        theirs = [d.only(fold[d.client] == f) for d in sides]
        told += said([card.parts for card in cards], theirs, len(learnt))
    return told
