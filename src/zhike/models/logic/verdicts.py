"""The verdict on each client: probabilities, the class with its hysteresis, the evidence in numbers and in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.results import LOGIC
from zhike.datacentre.tables.words import LOGIC_WORDS
from zhike.models.logic.decisions import Decisions, Memory
from zhike.models.logic.definitions import LOGICS, buys, sells
from zhike.models.logic.evidence import TRAITS, Evidence, evidence_of, words
from zhike.models.logic.mixture import Mixture, MixtureSettings, fit, log_densities, owners
from zhike.models.logic.shares import ShareSettings, common, evenly, leading, likelihoods, posterior

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
MIXED, INSUFFICIENT = "mixed", "insufficient"


@dataclass(frozen=True, slots=True)
class LogicSettings:
    """When there is enough to tell, and how far a class must lead.

    Within `memory`, `trips` closed round trips or `held` days of holding are enough, but never fewer than `decisions` that tell
    anything of the market, each counted by how much it still speaks;
    `margin`: lead below which it is mixed; `stay`: how much further the old class may fall behind before it is given up;
    `memory`: how long a decision speaks; `shares`: how its division among the sources is weighed.
    """

    trips: int = 6
    held: int = 60
    decisions: int = 6
    margin: float = 0.15
    stay: float = 0.15
    memory: Memory = field(default_factory=Memory)
    shares: ShareSettings = field(default_factory=ShareSettings)
    mixture: MixtureSettings = field(default_factory=MixtureSettings)

    def __post_init__(self) -> None:
        """Refuse settings that can't work."""
        memory, shares, mixture = self.memory, self.shares, self.mixture
        if not (
            0 <= self.margin < 1 and 0 <= self.stay < 1 and self.decisions > 0
            and 0 <= memory.fresh <= memory.window and memory.window > 0 and memory.half_life > 0
            and min(shares.steps, mixture.steps) > 1 and shares.spread > 0 and shares.rounds > 0
            and mixture.anchor >= 0 and mixture.floor > 0 and 0 < mixture.pull <= 1 and mixture.sample > 0
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

    `keys` (clients,): numbers of 32 bits that stay with a client whoever joins; by them a large branch is sampled (default: the places).
    """
    clients, sides, shares = len(known.trips), (bought, sold), settings.shares
    chosen = np.arange(clients, dtype=np.uint64) if keys is None else keys
    mixture = fit(sides, (buys(), sells()), chosen, settings.mixture, shares)
    owner, weights = owners(sides), np.concatenate([d.weight for d in sides])
    telling = np.concatenate([d.telling for d in sides])
    counts, spoken = (
        np.bincount(owner[telling], minlength=clients),
        np.bincount(owner, weights * telling, clients).astype(np.float64),
    )
    densities = log_densities((mixture.buys, mixture.sells), sides)
    likely = likelihoods(densities, weights, owner, clients, shares.steps)
    usual = common(likely[spoken >= shares.least], evenly(shares.steps), shares.rounds, shares.spread)
    enough = ((known.trips >= settings.trips) | (known.held >= settings.held)) & (
        spoken >= settings.decisions
    )
    probability = leading(posterior(likely, usual), shares.steps)
    return Verdicts(probability, counts, spoken, enough, evidence_of(mixture, bought, sold, clients)), mixture


def classes(
    verdicts: Verdicts, before: npt.NDArray[np.str_], settings: LogicSettings
) -> npt.NDArray[np.str_]:
    """Return each client's class; one who had a logic `before` ("" for none) keeps it while it lies less than `stay` behind."""
    p = verdicts.probability
    order = np.argsort(-p, axis=1, kind="stable")
    rows = np.arange(len(p))
    lead = p[rows, order[:, 0]] - p[rows, order[:, 1]]
    out = np.where(lead < settings.margin, MIXED, np.array(LOGICS)[order[:, 0]])
    for k, name in enumerate(LOGICS):
        keeps = (before == name) & (p.max(1) - p[:, k] < settings.stay)
        out = np.where(keeps, name, out)
    return np.where(verdicts.enough, out, INSUFFICIENT)


def logic_table(
    clients: list[str],
    verdicts: Verdicts,
    known: Experience,
    overlays: Mapping[str, str],
    before: Mapping[str, tuple[str, Date]],
    as_of: Date,
    settings: LogicSettings,
) -> pa.Table:
    """Return the table `logic`. `before`: each client's class in the last generation, and since when it held."""
    earlier = np.array([before.get(c, ("", as_of))[0] for c in clients], dtype=np.str_)
    found = classes(verdicts, earlier, settings)
    rows = []
    for i, client in enumerate(clients):
        enough = bool(verdicts.enough[i])
        p = verdicts.probability[i] if enough else [None] * len(LOGICS)
        since = before[client][1] if client in before and before[client][0] == found[i] else as_of
        rows.append(
            {
                "client_id": client, "as_of": as_of, "logic": str(found[i]),
                **{f"p_{name}": None if x is None else float(x) for name, x in zip(LOGICS, p, strict=True)},
                "overlay": overlays.get(client), "evidence": _json(verdicts, i) if enough else "{}",
                "reason": _reason(verdicts, known, i, str(found[i]), settings), "since": since,
            }
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema_of(LOGIC))


def _json(verdicts: Verdicts, i: int) -> str:
    """Return trait → its contribution to the score of the leading logic, the strongest first; they add up to the score."""
    parts = verdicts.evidence.parts[i, int(verdicts.probability[i].argmax())]
    order = np.argsort(-np.abs(parts), kind="stable")
    return json.dumps({TRAITS[t]: round(float(parts[t]), 6) for t in order}, ensure_ascii=False)


def _reason(verdicts: Verdicts, known: Experience, i: int, name: str, settings: LogicSettings) -> str:
    n, trips = int(verdicts.counts[i]), int(known.trips[i])
    if name == INSUFFICIENT:
        return (
            f"样本不足：有行情可比的决策 {n} 次，按远近折合 {verdicts.spoken[i]:.1f} 次（需 {settings.decisions} 次），"
            f"完整交易 {trips} 轮（需 {settings.trips} 轮或持仓满 {settings.held} 天）。"
        )
    top = int(verdicts.probability[i].argmax())
    parts = verdicts.evidence.parts[i, top]
    best = [t for t in np.argsort(-parts, kind="stable")[:3] if parts[t] > 0 and TRAITS[t] != "level"]
    because = "、".join(words(TRAITS[t]).zh for t in best) or "各项特征接近"
    p = verdicts.probability[i, top]
    lead = LOGIC_WORDS[LOGICS[top]] if name != MIXED else f"混合型，{LOGIC_WORDS[LOGICS[top]]}略占优"
    return f"{lead}（概率 {p:.0%}，依据 {n} 次决策、{trips} 轮完整交易）：主要看{because}。"
