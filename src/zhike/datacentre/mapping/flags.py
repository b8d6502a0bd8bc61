"""What a statement's business flag means: its row's table, side and kind. Data: flags.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from zhike.datacentre.mapping.names import normalise

_CODE = re.compile(r"^\d{3,6}[:|]?(?=\D)")
_TRAILING = re.compile(r"(\([^()]*\)|\d+)$")
PLAIN_SIDES = frozenset({"买入", "买", "b", "buy", "卖出", "卖", "s", "sell"})


@dataclass(frozen=True, slots=True)
class FlagMeaning:
    """What one flag says of its row.

    `table` is trade, cash_flow, custody or none (not data). `side`, `kind` and `direction` are None where
    the flag does not tell. `priced`: price × quantity = amount is expected (never for repo, IPO or
    corporate actions).
    """

    flag: str
    table: str
    side: str | None = None
    kind: str | None = None
    direction: str | None = None
    priced: bool = False


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of a feed: the drop's own meanings first, then the built-in table."""

    known: Mapping[str, FlagMeaning]
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    none_suffixes: tuple[str, ...] = ()
    exact: frozenset[str] = frozenset()
    own: Mapping[str, FlagMeaning] = field(default_factory=dict)

    def meaning(self, flag: str) -> FlagMeaning | None:
        """Return what `flag` means, or None when it is not known: the row is then set aside, never guessed.

        Compared exactly after normalising; failing that, without a leading business code (220000 证券买入),
        a bracket or number at the end (银行转存(工行)), and the prefixes and suffixes of flags.toml that
        carry no meaning.
        """
        key = normalise(flag)
        found = self.own.get(key) or self.known.get(key)
        if found is None and key:
            found = self._by_rule(key)
        return None if found is None else replace(found, flag=flag)

    def _by_rule(self, key: str) -> FlagMeaning | None:
        seen = {key}
        waiting = [key]
        while waiting:
            name = waiting.pop(0)
            found = self.own.get(name) or self.known.get(name)
            if found is not None and (name not in self.exact or name in self.own):
                return found
            fresh = [n for n in self._shorter(name) if n and n not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        if any(key.endswith(s) for s in self.none_suffixes):
            return FlagMeaning(key, "none")
        return None

    def _shorter(self, name: str) -> list[str]:
        cut = [_CODE.sub("", name), _TRAILING.sub("", name)]
        cut += [name.removeprefix(p) for p in self.prefixes if name.startswith(p)]
        cut += [name.removesuffix(s) for s in self.suffixes if name.endswith(s)]
        return [c for c in cut if c != name]

    def with_own(self, own: Mapping[str, FlagMeaning]) -> Flags:
        """Return these flags with `own` meanings (keys as written in a mapping file) taking precedence."""
        return replace(self, own={normalise(k): v for k, v in own.items()})


@cache
def builtin_flags() -> Flags:
    """Return the flags of flags.toml."""
    text = files("zhike.datacentre.mapping").joinpath("flags.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    rules: dict[str, list[str]] = data["rules"]
    known = {normalise(name): _meaning(name, entry) for entry in data["flag"] for name in entry["names"]}
    return Flags(
        known=known,
        prefixes=tuple(normalise(p) for p in rules["prefixes"]),
        suffixes=tuple(normalise(s) for s in rules["suffixes"]),
        none_suffixes=tuple(normalise(s) for s in rules["none_suffixes"]),
        exact=frozenset(normalise(s) for s in rules["exact"]),
    )


def _meaning(name: str, entry: Mapping[str, Any]) -> FlagMeaning:
    return FlagMeaning(
        flag=name,
        table=entry["table"],
        side=entry.get("side"),
        kind=entry.get("kind"),
        direction=entry.get("direction"),
        priced=bool(entry.get("priced", False)),
    )
