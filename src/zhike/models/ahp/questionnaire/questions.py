"""What a questionnaire asks: the nodes of a hierarchy, the goal first, and what a choice in a cell says."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.models.ahp.answers import TOP, Answer, read_answer
from zhike.models.ahp.judgements import judgements
from zhike.models.ahp.verbal import GRADES, verbal

Floats = npt.NDArray[np.float64]
LEFT, EVEN, RIGHT = "←", "●", "→"
_CHOICE = re.compile(f"([{LEFT}{EVEN}{RIGHT}])\\s*([1-9])(?!\\d).*", re.DOTALL)
_KEPT = ("goal", "method", "random_index")  # of a node, beside its items and judgements
MOST_LEVELS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One node: the way to it from the goal, its items, what is judged already (NaN: open), and what else it says.

    `matrix[i, j]` is how many times as important item i is as item j.
    """

    path: tuple[str, ...]
    items: tuple[str, ...]
    matrix: Floats
    rest: Mapping[str, str]

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Return the pairs (i < j) that are asked about."""
        n = len(self.items)
        return tuple((i, j) for i in range(n) for j in range(i + 1, n))


def questions(document: Mapping[str, Any], where: str = "") -> tuple[Question, ...]:
    """Return the nodes of a hierarchy that stands in the form of a document; judgements may be missing altogether.

    Raises UsageError for what `judgements` refuses, children that aren't items, and more than `MOST_LEVELS` levels.
    """
    return tuple(_nodes(document, (), where))


def _nodes(document: Mapping[str, Any], path: tuple[str, ...], where: str) -> Iterator[Question]:
    place = " › ".join((where, *path)).strip(" ›")
    items, children = document.get("criteria"), document.get("children") or {}
    if not isinstance(items, Sequence) or isinstance(items, str) or len(path) >= MOST_LEVELS:
        raise UsageError(
            say("每一层须有 criteria 列表。", "Each level needs a list `criteria`."), where=place
        )
    matrix = document.get("matrix") or [[None] * len(items)] * len(items)
    if document.get("scale") == "verbal":
        matrix = [[(verbal(v) or v) if isinstance(v, str) else v for v in row] for row in matrix]
    known = judgements(items, matrix, where=place, connected=False)
    if any("\ud800" <= c <= "\udfff" for c in "".join(known.items)):
        raise UsageError(
            say("名称含有无法写出的字符。", "A name holds a character that can't be written."), where=place
        )
    rest = {key: str(document[key]) for key in _KEPT if key in document}
    yield Question(path, known.items, known.matrix, rest)
    children = {str(name).strip(): children[name] for name in children}
    for name in children:
        if name not in known.items:
            raise UsageError(
                say(f"children 中的“{name}”不是准则。", f"'{name}' among the children is no criterion."),
                where=place,
            )
    for item in known.items:
        if item in children:
            yield from _nodes(children[item], (*path, item), where)


def choices() -> tuple[str, ...]:
    """Return the 17 choices of a cell, from left is extremely more important to right is."""
    left = [f"{LEFT} {k} 左{GRADES[k].zh} · left {GRADES[k].en}" for k in range(TOP, 1, -1)]
    right = [f"{RIGHT} {k} 右{GRADES[k].zh} · right {GRADES[k].en}" for k in range(2, TOP + 1)]
    return (*left, f"{EVEN} 1 {GRADES[1].zh} · {GRADES[1].en}", *right)


def written(left: float, right: float) -> str:
    """Return the text of a judgement: a choice where there is one, else the number, with − where right is the more important.

    `left` and `right` are reciprocal. Raises UsageError for a judgement beyond the scale, which no cell can be asked for.
    """
    if math.isnan(left):
        return ""
    times = float(max(left, right))
    if times > TOP:
        raise UsageError(
            say(f"判断 {times:g} 超出 1/9–9 标度。", f"The judgement {times:g} is beyond the scale of 1/9 to 9."),
            next_=say("请先改到标度之内。", "Bring it onto the scale first."),
        )  # fmt: skip
    if times == int(times):
        place = TOP - int(times) if left >= right else TOP - 2 + int(times)
        return choices()[place]
    return f"{times!r}" if left > right else f"-{times!r}"


def chosen(text: str) -> tuple[Answer, bool]:
    """Read a cell: how many times as important, and whether it is the right side that is.

    A choice, a number for the left side (3, 1/3), −3 for the right side, or a word of the scale.
    """
    choice = _CHOICE.fullmatch(text.strip())
    if choice is not None:
        return Answer(float(choice[2])), choice[1] == RIGHT
    bare = text.strip().replace("−", "-")
    turned = bare.startswith("-") and bare.strip("-") != "" and verbal(bare) is None
    return read_answer(bare[1:] if turned else bare), turned


def shown(item: str, labels: Mapping[str, Said]) -> str:
    """Return the name of an item for people: both languages where it has a label."""
    label = labels.get(item)
    return item if label is None else f"{label.zh} {label.en}"
