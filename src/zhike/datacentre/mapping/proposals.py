"""Propose homes for names never seen before: shown with confidence and reason, never used unasked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from zhike.base.text import Said, say
from zhike.datacentre.mapping.aliases import Profile, builtin_aliases
from zhike.datacentre.mapping.evidence import Sample
from zhike.datacentre.mapping.names import Name
from zhike.datacentre.tables import TABLES

MODERATE = 0.5  # from here on a proposal is asked about
FAINT = 0.34  # below this it is not worth showing
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """A canonical column that a source column may mean; `confidence` is between 0 and 1."""

    column: str
    confidence: float
    why: Said


def propose(
    profile: Profile, name: Name, position: int, sample: Sample, taken: Collection[str]
) -> tuple[Proposal, ...]:
    """Return the likeliest homes of an unseen name among the columns not `taken`, best first."""
    best: dict[str, tuple[float, str]] = {}
    wanted = _bigrams(name.bare or name.key)
    for alias, column, grams in _vocabulary(profile.name):
        if column in taken:
            continue
        score = _similarity(wanted, grams)
        if score > best.get(column, (0.0, ""))[0]:
            best[column] = (score, alias)
    found = [
        _weighed(profile, column, score, alias, position, sample) for column, (score, alias) in best.items()
    ]
    shown = sorted((p for p in found if p.confidence >= FAINT), key=lambda p: (-p.confidence, p.column))
    return tuple(shown[:_SHOWN])


def _weighed(
    profile: Profile, column: str, score: float, alias: str, position: int, sample: Sample
) -> Proposal:
    fits = sample.fits(position, TABLES[profile.table].column(column).type)
    weight = {None: 0.9, True: 1.0, False: 0.4}[fits]
    zh, en = {
        None: ("", ""),
        True: ("，样本内容相符", ", and the sample fits"),
        False: ("，但样本内容不符", ", but the sample does not fit"),
    }[fits]
    why = say(f"与“{alias}”相近{zh}。", f"It resembles '{alias}'{en}.")
    return Proposal(column, round(min(score * weight, 0.95), 2), why)


def _similarity(a: frozenset[str], b: frozenset[str]) -> float:
    shared = len(a & b)
    return 2 * shared / (len(a) + len(b)) if shared else 0.0


def _bigrams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1)) or frozenset({text})


@cache
def _vocabulary(profile: str) -> tuple[tuple[str, str, frozenset[str]], ...]:
    found = next(p for p in builtin_aliases().profiles if p.name == profile)
    return tuple((alias, home.column, _bigrams(alias)) for alias, home in found.homes.items())
