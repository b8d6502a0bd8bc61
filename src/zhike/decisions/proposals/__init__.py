"""Reasoned suggestions to do something for a client, each permitted or not made (docs/methods/proposals.md)."""

from zhike.decisions.proposals.facts import Facts, Inputs, facts_of
from zhike.decisions.proposals.making import Proposed, propose
from zhike.decisions.proposals.recent import recent
from zhike.decisions.proposals.rules import RULES, Rule, pauses, usual_pause
from zhike.decisions.proposals.settings import Settings

__all__ = [
    "RULES", "Facts", "Inputs", "Proposed", "Rule", "Settings", "facts_of", "pauses", "propose", "recent", "usual_pause",
]  # fmt: skip
