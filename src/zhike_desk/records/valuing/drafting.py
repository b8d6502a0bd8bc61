"""A draft of a model of value: which nodes it has to be judged, and the document that judgements make of it.

A draft is a model's TOML document as a mapping. Its nodes are named by keys: `goal` for the top, a criterion's own name
for what that criterion is split into, `LOGIC:key` for what is judged otherwise for clients of a profit logic.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.models.ahp import judgements
from zhike.models.value import BINDABLE, ValueModel, Weights, model_of

GOAL = "goal"
_BARE = re.compile(r"[A-Za-z0-9_-]+")
Matrix = tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion: its name in the document, and what it is called."""

    name: str
    label: Said


@dataclass(frozen=True, slots=True)
class Node:
    """What is judged in one go: the criteria below `key`, and what stands above them.

    `logic` is empty for the judgements that hold for everybody. `path` leads from the top to the node, itself last.
    """

    key: str
    label: Said
    logic: str
    path: tuple[str, ...]
    criteria: tuple[Criterion, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """Return the names of the criteria, in order."""
        return tuple(c.name for c in self.criteria)

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Return every pair (i < j), row by row."""
        n = len(self.criteria)
        return tuple((i, j) for i in range(n) for j in range(i + 1, n))

    def label_of(self, name: str) -> Said:
        """Return what a criterion of the node is called."""
        return next((c.label for c in self.criteria if c.name == name), say(name, name))


@lru_cache(64)
def model(text: str) -> ValueModel:
    """Return the model a document describes, read once; raise UsageError where it can't be read, or contradicts itself."""
    return model_of(text, "TOML", BINDABLE)


@lru_cache(64)
def tree(text: str) -> Mapping[str, Any]:
    """Return a model's document as a mapping that nobody changes."""
    return tomllib.loads(text)


@lru_cache(64)
def nodes_of(text: str) -> tuple[Node, ...]:
    """Return the nodes of a document, read once."""
    return nodes(tree(text))


def checked(text: str) -> str:
    """Return a document as it is; raise UsageError where a criterion's name can't name a node."""
    for node in nodes_of(text):
        for name in node.items:
            if name == GOAL or len(name) > 40 or re.search(r"[:/\s]", name):
                raise UsageError(
                    say(f"准则名“{name}”不能用于工作台。", f"The workbench can't use a criterion called '{name}'."),
                    next_=say("改用不含空格、冒号、斜线的短名。", "Give it a short name without spaces, colons, slashes."),
                )  # fmt: skip
    return text


def labels_of(given: Mapping[str, Any]) -> dict[str, Said]:
    """Return what a draft calls its criteria."""
    return {name: say(words["zh"], words["en"]) for name, words in given.get("labels", {}).items()}


def nodes(given: Mapping[str, Any]) -> tuple[Node, ...]:
    """Return every node of a draft with two criteria or more: first what holds for everybody, from the top; then the variants."""
    labels = labels_of(given)
    found = list(_nodes(given, GOAL, (), "", labels, str(given.get("goal", ""))))
    plain = {node.key: node for node in found}
    for logic, changed in sorted(given.get("logic", {}).items()):
        for key in _changed(changed, GOAL):
            base = plain.get(key)
            if base is not None:
                found.append(Node(f"{logic}:{key}", base.label, logic, base.path, base.criteria))
    return tuple(node for node in found if len(node.criteria) > 1)


def _nodes(
    given: Mapping[str, Any],
    key: str,
    above: tuple[str, ...],
    logic: str,
    labels: Mapping[str, Said],
    goal: str = "",
) -> Iterator[Node]:
    name = goal or key
    criteria = tuple(Criterion(c, labels.get(c, say(c, c))) for c in given["criteria"])
    path = (*above, key)
    yield Node(key, labels.get(name, say(name, name)), logic, path, criteria)
    for child, below in given.get("children", {}).items():
        yield from _nodes(below, child, path, logic, labels)


def _changed(given: Mapping[str, Any], key: str) -> Iterator[str]:
    if "matrix" in given:
        yield key
    for child, below in given.get("children", {}).items():
        yield from _changed(below, child)


def judged_before(given: Mapping[str, Any], node: Node) -> Matrix:
    """Return what the draft's document says of a node: n rows of n, None where a pair wasn't judged."""
    found = _place(given, node)["matrix"]
    matrix = judgements(node.items, found, connected=False).matrix.tolist()
    return tuple(tuple(None if v != v else v for v in row) for row in matrix)


def with_judgements(given: Mapping[str, Any], version: str, judged: Mapping[str, Matrix]) -> dict[str, Any]:
    """Return the document under another version's name, with the nodes named by key judged anew; the others stay."""
    made = deepcopy(dict(given)) | {"version": version}
    by_key = {node.key: node for node in nodes(given)}
    for key, matrix in judged.items():
        _place(made, by_key[key])["matrix"] = [
            ["" if j < i or v is None else v for j, v in enumerate(row)] for i, row in enumerate(matrix)
        ]
    return made


def _place(given: Mapping[str, Any], node: Node) -> Any:
    found = given["logic"][node.logic] if node.logic else given
    for child in node.path[1:]:
        found = found["children"][child]
    return found


def toml(given: Mapping[str, Any]) -> str:
    """Write a document as TOML: the keys of each section before its sub-sections, in their order."""
    return "\n".join(_section(given, ())).strip() + "\n"


def _section(given: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    plain = {k: v for k, v in given.items() if not _table(v, path, k)}
    if path and (plain or not given):
        yield ""
        yield f"[{'.'.join(_key(p) for p in path)}]"
    for name, value in plain.items():
        yield f"{_key(name)} = {_value(value)}"
    for name, value in given.items():
        if name not in plain:
            yield from _section(value, (*path, name))


def _table(value: Any, path: tuple[str, ...], name: str) -> bool:
    """Tell whether a value becomes a section; names of criteria and value functions stay on one line, as people write them."""
    return isinstance(value, Mapping) and name != "function" and path != ("labels",)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        rows = [_value(v) for v in value]
        if value and isinstance(value[0], Sequence) and not isinstance(value[0], str):
            return "[\n" + "".join(f"    {row},\n" for row in rows) + "]"
        return "[" + ", ".join(rows) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return json.dumps(str(value), ensure_ascii=False)


def leaves(weights: Weights, share: float = 1.0) -> Iterator[tuple[str, float]]:
    """Yield each measured criterion with its weight under the goal."""
    for item, weight, below in zip(weights.items, weights.weights, weights.below, strict=True):
        if below is None:
            yield item, share * weight
        else:
            yield from leaves(below, share * weight)
