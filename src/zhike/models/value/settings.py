"""Which model values which kind of client."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from zhike.features.clients import MEASURES
from zhike.models.value.defaults import KINDS as DEFAULTS
from zhike.models.value.model import ValueModel, model_of

BINDABLE = tuple(name for name, measure in MEASURES.items() if measure.build is not None)
"""The measures that a criterion can be measured by: those of a client alone. The others wait for all clients, and so does value."""


@lru_cache(1)
def default_models() -> tuple[ValueModel, ...]:
    """Return the models that come with Zhike."""
    return tuple(model_of(default_text(kind), f"{kind}.toml", BINDABLE) for kind in DEFAULTS)


def default_text(kind: str) -> str:
    """Return the document of a default model."""
    return resources.files("zhike.models.value.defaults").joinpath(f"{kind}.toml").read_text("utf-8")


def _defaults() -> tuple[tuple[str, ValueModel], ...]:
    return tuple((kind, model) for model in default_models() for kind in model.kinds)


@dataclass(frozen=True, slots=True)
class Settings:
    """Each kind of client that is valued, and the model that is in force for it."""

    by_kind: tuple[tuple[str, ValueModel], ...] = field(default_factory=_defaults)
