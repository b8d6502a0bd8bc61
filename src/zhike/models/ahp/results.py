"""An evaluation as plain data: numbers, texts, lists and objects, ready for JSON."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.base.text import Said
from zhike.models.ahp.consistency import Consistency, Mend
from zhike.models.ahp.evaluation import Evaluation
from zhike.models.ahp.groups import Spread
from zhike.models.ahp.voices import Group, Voice

Plain = Mapping[str, object]


def plain(found: Evaluation) -> Plain:
    """Return an evaluation as plain data, with all digits.

    `completed` ("i,j" → value, i < j from 0) is there where entries were missing, `global` (leaf → weight under this node) and
    `paths` where the node has children, `experts` and what belongs to them where there are any.
    """
    out: dict[str, object] = {
        "weights": found.by_name,
        "lambda_max": found.consistency.lambda_max,
        "consistency_ratio": found.consistency.ratio,
        "random_index": found.consistency.random_index,
    }
    if found.completed:
        out["completed"] = {f"{i},{j}": value for (i, j), value in found.completed.items()}
    if found.children:
        out["global"] = found.global_weights
        out["paths"] = [{"path": list(leaf.path), "weight": leaf.weight} for leaf in found.leaves]
    out |= {
        "method": found.method,
        **_consistency(found.consistency),
        "advice": [_mend(found.items, each) for each in found.advice],
        "remarks": [_said(each) for each in found.remarks],
    }
    if found.group is not None:
        out |= _group(found.items, found.group)
    if found.children:
        out["children"] = {item: plain(child) for item, child in found.children.items()}
    return out


def _consistency(found: Consistency) -> Plain:
    return {
        "consistency_index": found.index,
        "gci": found.gci,
        "consistent": found.acceptable,
    }


def _said(sentence: Said) -> Plain:
    return {"zh": sentence.zh, "en": sentence.en}


def _mend(items: tuple[str, ...], found: Mend) -> Plain:
    return {
        "pair": [items[found.i], items[found.j]],
        "given": found.given,
        "error": found.error,
        "consistent": found.consistent,
        "consistent_ratio": found.ratio,
        "scale": found.scale,
        "scale_ratio": found.scale_ratio,
    }


def _group(items: tuple[str, ...], found: Group) -> Plain:
    out: dict[str, object] = {"experts": [_voice(items, voice) for voice in found.voices]}
    if found.geometric is not None and found.arithmetic is not None:
        out["aip"] = {
            "geometric": dict(zip(items, found.geometric.tolist(), strict=True)),
            "arithmetic": dict(zip(items, found.arithmetic.tolist(), strict=True)),
        }
    if found.consensus is not None:
        out["consensus"] = {
            "index": found.consensus.index,
            "alpha": found.consensus.alpha,
            "beta": found.consensus.beta,
            "gamma": found.consensus.gamma,
        }
    out["disagreements"] = [_spread(items, each) for each in found.spreads]
    if found.sub_groups is not None:
        out["sub_groups"] = [
            {
                "experts": [found.voices[m].name for m in group.members],
                "weights": dict(zip(items, group.weights.tolist(), strict=True)),
            }
            for group in found.sub_groups.groups
        ]
        out["silhouette"] = found.sub_groups.silhouette
    return out


def _voice(items: tuple[str, ...], found: Voice) -> Plain:
    out: dict[str, object] = {"name": found.name, "weight": found.weight, "weights": None}
    if found.weights is None or found.consistency is None:
        return out
    return out | {
        "weights": dict(zip(items, found.weights.tolist(), strict=True)),
        "lambda_max": found.consistency.lambda_max,
        "consistency_ratio": found.consistency.ratio,
        **_consistency(found.consistency),
        "distance": found.distance,
        "advice": [_mend(items, each) for each in found.advice],
    }


def _spread(items: tuple[str, ...], found: Spread) -> Plain:
    return {
        "pair": [items[found.i], items[found.j]],
        "group": found.group,
        "factor": found.factor,
        "lowest": found.lowest,
        "lowest_by": found.lowest_by,
        "highest": found.highest,
        "highest_by": found.highest_by,
        "opposed": found.opposed,
    }
