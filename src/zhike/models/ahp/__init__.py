"""The analytic hierarchy process: what experts say of pairs becomes weights (docs/methods/ahp.md)."""

from zhike.models.ahp.completion import Completion, harker, least_squares, optimal
from zhike.models.ahp.consistency import (
    METHODS,
    Consistency,
    ConsistencySettings,
    Mend,
    completed,
    consistency,
    mends,
)
from zhike.models.ahp.contrast import Contrast, contrast, critic_weights, entropy_weights
from zhike.models.ahp.evaluation import Evaluation, Leaf
from zhike.models.ahp.fuzzy import FuzzyWeights, fuzzy_weights, triangles
from zhike.models.ahp.groups import (
    Consensus,
    Expert,
    GroupSettings,
    Spread,
    SubGroup,
    SubGroups,
    aij,
    aip,
    aitchison,
    consensus,
    spreads,
    sub_groups,
)
from zhike.models.ahp.hierarchy import AhpSettings, Node, evaluate
from zhike.models.ahp.judgements import Judgements, judgements
from zhike.models.ahp.priorities import Priorities, eigenvector, geometric
from zhike.models.ahp.random_index import RandomIndex, random_index
from zhike.models.ahp.ratings import Intensities, Ratings, contributions, intensities, ranks, rate
from zhike.models.ahp.reading import READERS, Document, document, from_json, from_text, from_toml, read
from zhike.models.ahp.results import plain
from zhike.models.ahp.robustness import Robustness, RobustnessSettings, robustness
from zhike.models.ahp.sensitivity import Stability, Tornado, gradient, lines, stability, tornado
from zhike.models.ahp.synthesis import Reversal, Reversals, Synthesis, local_priorities, reversals, synthesis
from zhike.models.ahp.uncertainty import (
    Uncertainty,
    UncertaintySettings,
    perturbed,
    rank_acceptability,
    uncertainty,
)
from zhike.models.ahp.verbal import verbal
from zhike.models.ahp.voices import Group, Voice

__all__ = [
    "METHODS", "READERS", "AhpSettings", "Completion", "Consensus", "Consistency", "ConsistencySettings", "Contrast",
    "Document", "Evaluation", "Expert", "FuzzyWeights", "Group", "GroupSettings", "Intensities", "Judgements", "Leaf",
    "Mend", "Node", "Priorities", "RandomIndex", "Ratings", "Reversal", "Reversals", "Robustness", "RobustnessSettings",
    "Spread", "Stability", "SubGroup", "SubGroups", "Synthesis", "Tornado", "Uncertainty", "UncertaintySettings", "Voice",
    "aij", "aip", "aitchison", "completed", "consensus", "consistency", "contrast", "contributions", "critic_weights",
    "document", "eigenvector", "entropy_weights", "evaluate", "from_json", "from_text", "from_toml", "fuzzy_weights",
    "geometric", "gradient", "harker", "intensities", "judgements", "least_squares", "lines", "local_priorities", "mends",
    "optimal", "perturbed", "plain", "random_index", "rank_acceptability", "ranks", "rate", "read", "reversals",
    "robustness", "spreads", "stability", "sub_groups", "synthesis", "tornado", "triangles", "uncertainty", "verbal",
]  # fmt: skip
