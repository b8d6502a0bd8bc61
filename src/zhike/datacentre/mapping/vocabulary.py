"""Tell which known name of a profile an unlisted name stands for: by its words, its letters or its languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from zhike.datacentre.mapping.aliases import Profile, builtin_aliases
from zhike.datacentre.mapping.folding import Root, bare, initials, is_latin, languages, loose, strict
from zhike.datacentre.mapping.names import BARELY, BY_WORDS, EXACT, LOOSELY, Name, normalise, read_name
from zhike.datacentre.tables import TABLES

_TIMES = ("时间", "时刻", "time")
_ENOUGH_INITIALS = 4
_MOST = 0.5
_SHARED = 0.8
_LAST = 100  # the rank of names that have none
_BRACKET = re.compile(r"(.+)\(([^()]+)\)$")
_MEMBER = re.compile(r"m_(?:str|sz|[a-z])([a-z]\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The known names of one profile by their words and initials; names with several meanings are left out."""

    profile: Profile
    strict: Mapping[Root, str]
    bare: Mapping[Root, str]
    loose: Mapping[Root, str]
    initials: Mapping[str, str]
    keeps_time: bool = False

    def known(self, key: str, *, in_initials: bool) -> tuple[str, int]:
        """Return the listed name that `key` stands for and how freely it was read; `key` and 0 for none."""
        if self.profile.knows(key):
            return key, EXACT
        if in_initials and key in self.initials:
            return self.initials[key], BY_WORDS
        return self._by_language(key) or self._by_bracket(key) or self._by_words(key) or (key, EXACT)

    def _by_words(self, key: str) -> tuple[str, int] | None:
        found = self.strict.get(strict(key))
        if found:
            return found, BY_WORDS
        for near, how in ((self.bare.get(bare(key)), BARELY), (self.loose.get(loose(key)), LOOSELY)):
            if near and not self._mistakes_time(key, near):
                return near, how
        return None

    def _by_bracket(self, key: str) -> tuple[str, int] | None:
        """Read a name that says the same again in a bracket: 后资金额(余额), 手续费(佣金)."""
        parts = _BRACKET.match(key)
        if not parts:
            return None
        homes = [self.profile.homes.get(part) for part in parts.groups()]
        same = homes[0] and homes[1] and homes[0].column == homes[1].column
        return (parts[1], BY_WORDS) if same else None

    def _mistakes_time(self, key: str, near: str) -> bool:
        """Tell whether a time would be taken for the date of a table that keeps both."""
        home = self.profile.homes.get(near)
        return home is not None and home.column == "date" and self.keeps_time and key.endswith(_TIMES)

    def _by_language(self, key: str) -> tuple[str, int] | None:
        chinese, english = languages(key)
        if not chinese:
            return None
        units = builtin_aliases().units
        parts = (read_name(chinese, units), read_name(english, units))
        if any(part.unit for part in parts):
            return None
        for part in parts:
            found = (part.key, BY_WORDS) if self.profile.knows(part.key) else self._by_words(part.key)
            if found:
                return found
        return None


@cache
def vocabulary(name: str) -> Vocabulary:
    """Return the vocabulary of the profile called `name`."""
    profile = next(p for p in builtin_aliases().profiles if p.name == name)
    return Vocabulary(
        profile,
        strict=_single(profile, strict),
        bare={} if profile.kind == "contract" else _single(profile, bare),
        # The contract's own tables are many and alike: only the strict reading may speak for one of them.
        loose={} if profile.kind == "contract" else _single(profile, loose),
        initials={root[0]: known for root, known in _single(profile, _letters).items()},
        keeps_time=bool(profile.table) and TABLES[profile.table].has("time"),
    )


def _letters(key: str) -> Root:
    found = initials(key)
    return (found,) if len(found) > 1 else ()


def _single(profile: Profile, form: Callable[[str], Root]) -> dict[Root, str]:
    """Return form → the preferred known name of that form, for the forms that have one meaning only."""
    meanings: dict[Root, set[object]] = {}
    best: dict[Root, tuple[int, str]] = {}
    for key, meaning, rank in _meanings(profile):
        root = form(key)
        if root:
            meanings.setdefault(root, set()).add(meaning)
            best[root] = min(best.get(root, (rank, key)), (rank, key))
    return {root: best[root][1] for root, found in meanings.items() if len(found) == 1}


def _meanings(profile: Profile) -> Iterator[tuple[str, object, int]]:
    """Yield each known name with what it means, alike for names that mean the same, and its rank."""
    for key, home in profile.homes.items():
        rank = (
            _LAST if home.canonical else home.rank
        )  # what is read by its words isn't the contract's own name
        yield key, (home.column, home.per_unit), rank
    for key, judgements in profile.judged.items():
        yield key, judgements, _LAST
    for key, scaled in profile.scaled.items():
        yield key, scaled, _LAST
    for key in profile.none:
        yield key, None, _LAST


@cache
def _all_initials() -> frozenset[str]:
    return frozenset(key for p in builtin_aliases().profiles for key in vocabulary(p.name).initials)


class Reader:
    """Reads the names of one header for any profile."""

    def __init__(self, names: Sequence[Name]) -> None:
        """Look at the header as a whole: whether it is in initials, and what its names all begin with."""
        self._names = names = _members(names)
        keys = [n.key for n in names if is_latin(n.key)]
        self._prefix = _shared_prefix(keys)
        bare = [k.removeprefix(self._prefix) for k in keys]
        found = sum(1 for k in bare if k in _all_initials())
        self._in_initials = found >= max(_ENOUGH_INITIALS, _MOST * len(bare))

    def names_for(self, profile: Profile) -> list[Name]:
        """Return the names with the keys under which the profile knows them."""
        words = vocabulary(profile.name)
        return [self._named(words, name) for name in self._names]

    def _named(self, words: Vocabulary, name: Name) -> Name:
        key, how = words.known(name.key, in_initials=self._in_initials)
        bare = name.key.removeprefix(self._prefix)
        if bare != name.key and not words.profile.knows(key):
            key, _ = words.known(bare, in_initials=self._in_initials)
            how = BY_WORDS
        return replace(name, key=key, read=how) if words.profile.knows(key) else name


def _members(names: Sequence[Name]) -> Sequence[Name]:
    """Return the names without m_ and the letters of a type where nearly all are a program's (m_strInstrumentID)."""
    found = [_MEMBER.search(n.raw) for n in names]
    if sum(map(bool, found)) < max(_ENOUGH_INITIALS, _SHARED * len(names)):
        return names
    return [replace(n, key=normalise(m[1])) if m else n for n, m in zip(names, found, strict=True)]


def _shared_prefix(keys: Sequence[str]) -> str:
    """Return the letters that nearly all of at least six names begin with."""
    for size in range(6, 1, -1):
        heads = Counter(k[:size] for k in keys if len(k) > size)
        head, count = max(heads.items(), key=lambda h: (h[1], h[0]), default=("", 0))
        if count >= 6 and count >= _SHARED * len(keys):
            return head
    return ""
