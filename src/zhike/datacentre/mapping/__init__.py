"""Recognise delivered files and map their columns and business flags to the data contract.

Aliases and flags are data (aliases.toml, flags.toml); a drop's or feed's mapping.toml overrides them.
What is unsure is asked, never guessed.
"""

from zhike.datacentre.mapping.flags import FlagMeaning, Flags, builtin_flags
from zhike.datacentre.mapping.names import normalise
from zhike.datacentre.mapping.overrides import (
    FeedProfile,
    Overrides,
    TableOverrides,
    fits,
    parse_overrides,
)
from zhike.datacentre.mapping.proposals import Proposal
from zhike.datacentre.mapping.recognition import KINDS, Recognition, recognise

__all__ = [
    "KINDS",
    "FeedProfile",
    "FlagMeaning",
    "Flags",
    "Overrides",
    "Proposal",
    "Recognition",
    "TableOverrides",
    "builtin_flags",
    "fits",
    "normalise",
    "parse_overrides",
    "recognise",
]
