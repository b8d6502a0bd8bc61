"""Read policy.yaml: who may do what, in which scope, limited how. Denied is what isn't written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

import yaml

from zhike.base.errors import UsageError
from zhike.base.text import say

Scope = Literal["own", "branch", "all", "self"]
SCOPES = ("own", "branch", "all", "self")
LIMITS = frozenset({"masked", "pseudonym", "aggregate", "metadata", "second", "request"})
OPEN = ("public", "signed-in")
_FILE = Path(__file__).with_name("policy.yaml")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a role may do with an action: in which scope, limited how."""

    scope: Scope
    limits: frozenset[str] = frozenset()

    @property
    def pseudonym(self) -> bool:
        """Tell whether clients are named by pseudonym."""
        return "pseudonym" in self.limits

    @property
    def second(self) -> bool:
        """Tell whether another person must approve."""
        return bool(self.limits & {"second", "request"})


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy: cells by action and role, actions by route, who approves what."""

    roles: tuple[str, ...]
    cells: Mapping[str, Mapping[str, Cell]]
    tokens: frozenset[str]
    seconds: Mapping[str, str]
    fields: Mapping[str, tuple[str, ...]]
    routes: Mapping[str, str]

    def cell(self, role: str, action: str) -> Cell | None:
        """Return what `role` may do with `action`; None where it is denied. Raises UsageError for an action nobody wrote down."""
        if action not in self.cells:
            raise UsageError(
                say(f"policy.yaml 中没有动作 {action}。", f"policy.yaml knows no action {action}."),
                next_=say("在 actions 中补上该动作。", "Write it down under `actions`."),
            )
        return self.cells[action].get(role)

    def route(self, name: str) -> str | None:
        """Return the action a route stands for; None where the route isn't written down, which denies it."""
        return self.routes.get(name)


@cache
def policy() -> Policy:
    """Return the policy of this release, read once."""
    return read(_FILE.read_text(encoding="utf-8"))


def read(text: str) -> Policy:
    """Read a policy from YAML text; raise UsageError naming what in it can't be understood."""
    found = yaml.safe_load(text)
    roles = tuple(found["roles"])
    cells: dict[str, Mapping[str, Cell]] = {}
    tokens = set()
    for action, row in found["actions"].items():
        cells[action] = {
            role: _cell(action, role, words, roles) for role, words in row.items() if role != "token"
        }
        if "token" in row:
            tokens.add(action)
    routes = _routes(found["routes"], cells)
    for action, decider in found["seconds"].items():
        if action not in cells or decider not in cells:
            raise _wrong(f"seconds: {action}")
    fields = {name: tuple(columns) for name, columns in found["fields"].items()}
    return Policy(roles, cells, frozenset(tokens), found["seconds"], fields, routes)


def _cell(action: str, role: str, words: str, roles: tuple[str, ...]) -> Cell:
    scope, *limits = words.split()
    if role not in roles or scope not in SCOPES or not LIMITS.issuperset(limits):
        raise _wrong(f"{action}: {role}: {words}")
    return Cell(cast("Scope", scope), frozenset(limits))


def _routes(blocks: Mapping[str, Mapping[str, str]], cells: Mapping[str, object]) -> dict[str, str]:
    routes: dict[str, str] = {}
    for block in blocks.values():
        for name, action in block.items():
            if name in routes or (action not in cells and action not in OPEN):
                raise _wrong(f"routes: {name}: {action}")
            routes[name] = action
    return routes


def _wrong(where: str) -> UsageError:
    return UsageError(
        say("policy.yaml 中有无法理解的一行。", "A line of policy.yaml can't be understood."), where=where
    )
