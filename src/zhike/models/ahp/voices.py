"""What was found of a group: its experts one by one, and all together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.models.ahp.consistency import Consistency, Mend
from zhike.models.ahp.groups import Consensus, Spread, SubGroups

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """One expert alone: weights and consistency, None where the expert's comparisons don't reach all items.

    `distance` is Aitchison's from the group's weights. `advice` is given to whom it is needed.
    """

    name: str
    weight: float
    weights: Floats | None
    consistency: Consistency | None
    distance: float | None
    advice: tuple[Mend, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The experts of a node: each alone, their joint priorities (AIP), how far they agree, about what they differ, who with whom.

    Priorities are None where nobody's who has a say (a weight above 0) reach all items, the consensus where only one expert's do.
    """

    voices: tuple[Voice, ...]
    geometric: Floats | None
    arithmetic: Floats | None
    consensus: Consensus | None
    spreads: tuple[Spread, ...]
    sub_groups: SubGroups | None

    @property
    def inconsistent(self) -> tuple[Voice, ...]:
        """Return who contradicts himself too much."""
        return tuple(v for v in self.voices if v.consistency is not None and not v.consistency.acceptable)

    @property
    def unheard(self) -> tuple[Voice, ...]:
        """Return whose comparisons don't reach all items: they count in the joint judgements, but have no weights alone."""
        return tuple(v for v in self.voices if v.weights is None)

    @property
    def without_say(self) -> tuple[Voice, ...]:
        """Return whose weight is 0: they are reported and change nothing."""
        return tuple(v for v in self.voices if v.weight == 0)
