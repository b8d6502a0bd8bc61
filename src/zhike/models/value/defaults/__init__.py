"""The hierarchies that come with Zhike: criteria, judgements and names as data, for a branch's experts to change."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from zhike.base.text import Said, say

KINDS = ("individual", "institution")
HIERARCHY = ("goal", "criteria", "matrix", "children", "method", "random_index")
"""The keys of a model's document that are its hierarchy."""


@dataclass(frozen=True, slots=True)
class Template:
    """A hierarchy: `document` in the form that `zhike.models.ahp` reads, `labels` of its criteria and of its goal, which is called as the kind."""

    kind: str
    document: Mapping[str, Any]
    labels: Mapping[str, Said]


def template(kind: str) -> Template:
    """Return the default hierarchy for `kind`, one of `KINDS`. Raises KeyError for another."""
    if kind not in KINDS:
        raise KeyError(kind)
    read = tomllib.loads(resources.files(__package__).joinpath(f"{kind}.toml").read_text("utf-8"))
    hierarchy = {name: read[name] for name in HIERARCHY if name in read}
    labels = {name: say(label["zh"], label["en"]) for name, label in read["labels"].items()}
    return Template(kind, hierarchy, labels)
