"""Recognise what a delivered file is and where its columns belong, by evidence, and say why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from zhike.base.text import Said, say
from zhike.datacentre.mapping.aliases import Aliases, Profile, builtin_aliases
from zhike.datacentre.mapping.columns import Assignment, assign
from zhike.datacentre.mapping.evidence import Sample
from zhike.datacentre.mapping.flags import Flags
from zhike.datacentre.mapping.keys import ask_for_key
from zhike.datacentre.mapping.names import Name, normalise, read_name
from zhike.datacentre.mapping.overrides import Overrides, TableOverrides
from zhike.datacentre.mapping.proposals import Proposal
from zhike.datacentre.mapping.vocabulary import Reader
from zhike.datacentre.tables import TABLES

KINDS = (
    "statement", "order", "holding", "cash", "transfer", "client", "quote", "index", "contract", "unknown",
)  # fmt: skip
_NO_FLAGS = Flags({})
_SURE_ENOUGH = 2.0
_SURE = (1.0, 0.8, 0.7, 0.5)  # a name read by its words says less of the kind than a listed one
_SEPARATORS = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a file was recognised as.

    `columns`: source name → canonical column, None where it has no home ("" is an empty name; of equal
    names the first counts). `targets`: the same by position. `unsure`: names left out until the user says.
    `scale`: canonical column → factor on the delivered value; `scale_found`: factors found, not confirmed.
    `per_unit`: canonical columns delivered per share, to be multiplied by the row's quantity.
    `stamps`: source names that hold date and time together. `table` is None where the file is none of ours
    (orders, unknown, or left out by `[files]`).
    """

    kind: str
    table: str | None
    columns: Mapping[str, str | None]
    targets: tuple[str | None, ...]
    unsure: tuple[str, ...]
    proposals: Mapping[str, tuple[Proposal, ...]]
    scale: Mapping[str, Decimal]
    scale_found: Mapping[str, Decimal]
    per_unit: tuple[str, ...]
    stamps: tuple[str, ...]
    confidence: float
    why: Said


@dataclass(frozen=True, slots=True)
class _Candidate:
    profile: Profile
    score: float
    telling: tuple[str, ...]


def recognise(
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    path: str,
    overrides: Overrides | None = None,
    delivered: str = "",
) -> Recognition:
    """Return what the file at `path` (relative to its drop) is, from header, sample cells and name.

    `delivered`: the name of the delivered file that it lies in, where that is another; `[files]` may mean either.
    The same header in another order gives the same homes; a column that is not known changes nothing else.
    """
    own = overrides or Overrides()
    aliases = builtin_aliases()
    reader = Reader([read_name(h or "", aliases.units) for h in header])
    forced = own.file_table(path, delivered or path)
    ranked = sorted(
        (_weigh(p, reader.names_for(p), path, own.of(p.table), aliases, sample) for p in aliases.profiles),
        key=lambda c: -c.score,
    )
    eligible = [c for c in ranked if forced in (None, "none") or c.profile.table == forced]
    best = eligible[0]
    names = reader.names_for(best.profile)
    if forced is None and not _convinces(best, names, own):
        return _nothing(header, ranked)
    others = (
        c.score
        for c in ranked
        if (c.profile.kind, c.profile.table) != (best.profile.kind, best.profile.table)
    )
    second = max(others, default=0.0)
    confidence = 1.0 if forced is not None else _confidence(best.score, second)
    if forced == "none" or not best.profile.table:
        return _bare(header, best, confidence, left_out=forced == "none")
    rows = tuple(tuple(row) for row in sample)
    work = assign(
        best.profile, names, Sample(rows, own.flags(best.profile.table)), own.of(best.profile.table), aliases
    )
    ask_for_key(work)
    return _result(header, best, work, confidence)


def _weigh(
    profile: Profile,
    names: Sequence[Name],
    path: str,
    own: TableOverrides,
    aliases: Aliases,
    rows: Sequence[Sequence[str]],
) -> _Candidate:
    keys = {n.key for n in names if n.key}
    read = {n.key: n.read for n in sorted(names, key=lambda n: -n.read)}
    worth = {key: _worth(profile, key, aliases) * _SURE[read[key]] for key in keys}
    score = sum(worth.values()) + _by_path(profile, path) + _by_codes(profile, names, rows)
    score += 2.0 * sum(own.column(n.raw)[0] for n in names) if own.columns else 0.0
    score += _complete(profile, keys, _there(profile, names, own) | {*own.constant})
    telling = sorted((k for k, w in worth.items() if w > 0.4), key=lambda k: (-worth[k], k))
    return _Candidate(profile, score, tuple(telling))


def _there(profile: Profile, names: Sequence[Name], own: TableOverrides) -> set[str]:
    """Return the canonical columns that the names can fill, by alias or by the mapping file."""
    told = {target for n in names if own.columns and (target := own.column(n.raw)[1])}
    return told | {h.column for n in names if (h := profile.homes.get(n.key))}


def _worth(profile: Profile, key: str, aliases: Aliases) -> float:
    if key in profile.marks:
        return profile.marks[key]
    if not profile.knows(key):
        return 0.0
    return aliases.rarity[key] * (0.5 if key in profile.none else 1.0)


def _by_path(profile: Profile, path: str) -> float:
    parts = [normalise(part.split(".")[0]) for part in _SEPARATORS.split(path)]
    if profile.table and normalise(profile.table) in parts:
        return 2.0
    return profile.path_weight if any(word in part for word in profile.path for part in parts) else 0.0


def _by_codes(profile: Profile, names: Sequence[Name], rows: Sequence[Sequence[str]]) -> float:
    """Weigh the codes in the sample: prices of indexes and of securities have the same column names."""
    if profile.table != "index_quote" or not rows:
        return 0.0
    at = [n for n, name in enumerate(names) if (h := profile.homes.get(name.key)) and h.column == "index_id"]
    sample = Sample(tuple(tuple(row) for row in rows), _NO_FLAGS)
    return 3.0 if any(sample.are_index_codes(n) for n in at) else 0.0


def _complete(profile: Profile, keys: set[str], there: set[str]) -> float:
    """Reward a profile whose indispensable columns are there; without its needs or key it is not that."""
    if not all(group & (there | keys) for group in profile.needs):
        return -4.0
    if not profile.table:
        return 0.0
    table = TABLES[profile.table]
    needed = {c.name for c in table.columns if not c.nullable and not (c.key and table.derived_key)}
    keyed = {c.name for c in table.columns if c.key and not table.derived_key}
    share = len(needed & there) / len(needed)
    if profile.kind == "contract" and not keyed <= there:
        return -4.0
    known = sum(1 for k in keys if profile.knows(k)) / max(len(keys), 1)
    return share * 1.5 * known + (1.0 if share == 1.0 and known >= 0.5 else 0.0)


def _convinces(best: _Candidate, names: Sequence[Name], own: Overrides) -> bool:
    profile = best.profile
    homes = _there(profile, names, own.of(profile.table))
    wanted = min(2, len(TABLES[profile.table].columns)) if profile.table else 0
    return best.score >= _SURE_ENOUGH and len(homes) >= wanted


def _confidence(best: float, second: float) -> float:
    return round(min(0.99, best / (best + max(second, 0.0) * 0.5)), 2)


def _kind(best: _Candidate, work: Assignment) -> str:
    """Return the kind; a file in the contract's own English column names is contract whatever its table."""
    table = TABLES[best.profile.table]
    given = {
        c for n, c in work.targets.items() if normalise(c) == work.names[n].key and not work.names[n].read
    }
    needed = {c.name for c in table.columns if not c.nullable and not (c.key and table.derived_key)}
    own_words = len(given) >= 0.8 * len(work.targets)
    complete = len(needed & (given | {*work.own.constant})) >= 0.8 * len(needed)
    return "contract" if own_words and complete and given else best.profile.kind


def _result(header: Sequence[str], best: _Candidate, work: Assignment, confidence: float) -> Recognition:
    kind = _kind(best, work)
    targets = tuple(work.targets.get(n) for n in range(len(header)))
    columns: dict[str, str | None] = {}
    for name, target in zip(header, targets, strict=True):
        columns[name or ""] = columns.get(name or "") or target
    proposals = {header[n] or "": p for n, p in sorted({**work.proposed, **work.asked}.items())}
    return Recognition(
        kind=kind,
        table=best.profile.table,
        columns=columns,
        targets=targets,
        unsure=tuple(dict.fromkeys(header[n] for n in sorted(work.asked))),
        proposals=proposals,
        scale=work.scale,
        scale_found=work.scale_found,
        per_unit=tuple(sorted(work.per_unit & {*work.targets.values()})),
        stamps=tuple(header[n] for n in sorted(work.stamps)),
        confidence=confidence,
        why=_why(best, kind),
    )


def _why(best: _Candidate, kind: str) -> Said:
    words = best.telling[:5]
    table = best.profile.table or "—"
    if not words:
        return say(
            f"按文件名与设定识别为 {kind}（表 {table}）。",
            f"Read as {kind} (table {table}) by its name and settings.",
        )
    return say(
        f"识别为 {kind}（表 {table}）：含有 {'、'.join(words)}。",
        f"Read as {kind} (table {table}): it has {', '.join(words)}.",
    )


def _bare(header: Sequence[str], best: _Candidate, confidence: float, *, left_out: bool) -> Recognition:
    why = (
        say("按 [files] 的设定不予采用。", "Left out, as [files] says.")
        if left_out
        else _why(best, best.profile.kind)
    )
    return _without_table(header, best.profile.kind, confidence, why)


def _nothing(header: Sequence[str], ranked: Sequence[_Candidate]) -> Recognition:
    near = next((c for c in ranked if c.score > 0 and c.profile.table), None)
    hint = (f"，最接近 {near.profile.table}", f"; the nearest is {near.profile.table}") if near else ("", "")
    why = say(
        f"表头与任何已知文件都不够相像{hint[0]}。", f"The header is not enough like any known file{hint[1]}."
    )
    return _without_table(header, "unknown", 0.0, why)


def _without_table(header: Sequence[str], kind: str, confidence: float, why: Said) -> Recognition:
    empty: Mapping[str, Decimal] = {}
    return Recognition(
        kind=kind,
        table=None,
        columns={name or "": None for name in header},
        targets=(None,) * len(header),
        unsure=(),
        proposals={},
        scale=empty,
        scale_found=empty,
        per_unit=(),
        stamps=(),
        confidence=confidence,
        why=why,
    )
