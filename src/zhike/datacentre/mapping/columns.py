"""Give each source column its canonical home, or none, or ask: the second half of recognising a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from zhike.base.text import Said, say
from zhike.datacentre.mapping.aliases import Aliases, Home, Judgement, Profile
from zhike.datacentre.mapping.evidence import Sample, adds_up, typical_ratio
from zhike.datacentre.mapping.names import BY_WORDS, Name
from zhike.datacentre.mapping.overrides import TableOverrides
from zhike.datacentre.mapping.proposals import MODERATE, Proposal, propose
from zhike.datacentre.tables import TABLES, Type

_SCALABLE = frozenset({Type.MONEY, Type.QUANTITY, Type.PRICE, Type.RATE, Type.COUNT, Type.NUMBER})
_ONE = Decimal(1)
_LATER = (0, 0, 100, 100)  # a name read loosely gives way to every listed one
_GROSS = ("总资产", "资产总", "资产合计", "totalasset", "assetbalance")
_OWED = ("负债", "融资", "融券", "debt", "liabilit")
_UNLESS = {"no_side": "side", "no_net": "net_amount"}
_RIVALS = ("alone", *_UNLESS)


@dataclass
class Assignment:
    """The homes found so far. `targets` maps a position in the header to its canonical column."""

    profile: Profile
    names: Sequence[Name]
    sample: Sample
    own: TableOverrides
    aliases: Aliases
    targets: dict[int, str] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)
    asked: dict[int, tuple[Proposal, ...]] = field(default_factory=dict)
    proposed: dict[int, tuple[Proposal, ...]] = field(default_factory=dict)
    scale: dict[str, Decimal] = field(default_factory=dict)
    scale_found: dict[str, Decimal] = field(default_factory=dict)
    per_unit: set[str] = field(default_factory=set)
    stamps: set[int] = field(default_factory=set)

    def position_of(self, column: str) -> int | None:
        """Return where the canonical column comes from, None where it has no source."""
        return next((n for n, c in self.targets.items() if c == column), None)

    def taken(self) -> set[str]:
        """Return the canonical columns that have a source or a constant."""
        return {*self.targets.values(), *self.own.constant}

    def give(self, position: int, column: str) -> None:
        """Map a source column."""
        self.targets[position] = column
        self.settled.add(position)

    def ask(self, position: int, proposals: tuple[Proposal, ...]) -> None:
        """Leave a source column unmapped until the user says what it is."""
        self.asked[position] = proposals
        self.settled.add(position)


def assign(
    profile: Profile, names: Sequence[Name], sample: Sample, own: TableOverrides, aliases: Aliases
) -> Assignment:
    """Return the homes of `names` in the profile's table, whatever the order of columns."""
    work = Assignment(profile, names, sample, own, aliases)
    _by_overrides(work)
    _by_alias(work)
    _side_or_flag(work)
    _net_of_debt(work)
    _dates_with_times(work)
    _by_judgement(work)
    _by_unit(work)
    _scale_by_sums(work)
    _by_similarity(work)
    return work


def _by_overrides(work: Assignment) -> None:
    for n, name in enumerate(work.names):
        spoken, target = work.own.column(name.raw)
        if not spoken:
            continue
        work.settled.add(n)
        if target is None or target in work.targets.values():
            continue
        factor = _factor(work, n, target)
        if factor == _ONE or target in work.own.scale:
            known = work.profile.homes.get(name.key)
            per_unit = known is not None and known.per_unit and known.column == target
            _take(work, n, Home(target, 0, per_unit), factor or _ONE)
        else:
            _ask_unit(work, n, target, factor)


def _contenders(work: Assignment) -> list[tuple[int, Home]]:
    found = [
        (n, home)
        for n, name in enumerate(work.names)
        if n not in work.settled and (home := work.profile.homes.get(name.key)) is not None
    ]
    return sorted(
        found,
        key=lambda f: (
            f[1].rank + _LATER[work.names[f[0]].read],
            work.names[f[0]].read,
            work.names[f[0]].raw,
            f[0],
        ),
    )


def _by_alias(work: Assignment) -> None:
    _twins(work)
    for n, home in _contenders(work):
        factor = _factor(work, n, home.column)
        if factor == _ONE or (factor is not None and home.column in work.own.scale):
            _take(work, n, home, factor)
    for n, home in _contenders(work):
        if home.column in work.targets.values():
            work.settled.add(n)


def _twins(work: Assignment) -> None:
    """Ask about unlisted names for one column, unless it is listed itself or only one of them reads strictly."""
    contenders = _contenders(work)
    best = {home.column: work.names[n] for n, home in reversed(contenders)}
    for column, first in best.items():
        same = [n for n, home in contenders if home.column == column and _like(work.names[n], first)]
        if first.read and len(same) > 1:
            why = say("有几列都可能是它。", "Several columns could be this one.")
            for n in same:
                work.ask(n, (Proposal(column, 0.5, why),))


def _like(name: Name, first: Name) -> bool:
    """Tell whether the name is read as freely as the first and, where strictly, as the same known name."""
    if not name.read or (name.read > BY_WORDS) != (first.read > BY_WORDS):
        return False
    return name.key == first.key or name.read > BY_WORDS


def _take(work: Assignment, n: int, home: Home, factor: Decimal) -> None:
    if home.column in work.targets.values():
        return
    work.give(n, home.column)
    if home.per_unit:
        work.per_unit.add(home.column)
    scale = work.own.scale.get(home.column, factor)
    if scale != _ONE:
        work.scale[home.column] = scale


def _factor(work: Assignment, n: int, column: str) -> Decimal | None:
    """Return what the unit in the name multiplies by; None for a currency that no factor makes yuan."""
    unit = work.names[n].unit
    if not unit or TABLES[work.profile.table].column(column).type not in _SCALABLE:
        return _ONE
    return work.aliases.factors.get(unit)


def _side_or_flag(work: Assignment) -> None:
    """Read a side column whose cells say more than buy and sell as the flag, for want of another."""
    n = work.position_of("side")
    if n is None or work.own.column(work.names[n].raw)[0] or not _has(work, "flag"):
        return
    if work.position_of("flag") is None and work.sample.has_business_flags(n):
        work.targets[n] = "flag"


def _net_of_debt(work: Assignment) -> None:
    """Ask about total assets where the file speaks of debts: they are net assets only without any."""
    n = work.position_of("net")
    if n is None or work.own.column(work.names[n].raw)[0] or not any(w in work.names[n].key for w in _GROSS):
        return
    if any(word in name.key for name in work.names for word in _OWED):
        del work.targets[n]
        why = say("总资产未扣除负债，与净资产不同。", "Total assets are not net of the debts in this file.")
        work.ask(n, (Proposal("net", 0.5, why),))


def _has(work: Assignment, column: str) -> bool:
    return TABLES[work.profile.table].has(column)


def _dates_with_times(work: Assignment) -> None:
    date, time = work.position_of("date"), work.position_of("time")
    if date is None and time is not None and work.sample.has_stamps(time):
        work.targets[time] = "date"
        date = time
    if date is not None and work.sample.has_stamps(date):
        work.stamps.add(date)


def _by_judgement(work: Assignment) -> None:
    waiting = sorted(
        (n for n, name in enumerate(work.names) if n not in work.settled and name.key in work.profile.judged),
        key=lambda n: work.names[n].raw,
    )
    moved = True
    while moved:
        moved = any([_judge(work, n) for n in waiting if n not in work.settled])
    for n in waiting:
        if n not in work.settled:
            _ask_judged(work, n)


def _judge(work: Assignment, n: int) -> bool:
    for judgement in work.profile.judged[work.names[n].key]:
        if judgement.column in work.targets.values():
            continue
        if _holds(work, n, judgement):
            work.give(n, judgement.column)
            return True
    return False


def _holds(work: Assignment, n: int, judgement: Judgement) -> bool:
    if judgement.given:
        return judgement.given in work.targets.values()
    if judgement.by == "flags":
        return work.sample.are_flags(n) is True
    if judgement.by == "sums":
        return _sums(work, n, judgement.column) is True
    if judgement.by == "cost":
        return _cost(work, n)
    if judgement.by in _UNLESS:
        return work.position_of(_UNLESS[judgement.by]) is None and _alone(work, n, judgement.column)
    return judgement.by == "alone" and _alone(work, n, judgement.column)


def _alone(work: Assignment, n: int, column: str) -> bool:
    return not any(
        other != n
        and any(j.by in _RIVALS and j.column == column for j in work.profile.judged.get(name.key, ()))
        for other, name in enumerate(work.names)
    )


def _sums(work: Assignment, n: int, column: str) -> bool | None:
    if column == "cash_after":
        net, groups = work.position_of("net_amount"), None
        change = work.position_of("amount") if net is None else net
    else:
        change, security = work.position_of("quantity"), work.position_of("security_id")
        groups = None if security is None else work.sample.cells(security)
        if groups is None:
            return None
    if change is None:
        return None
    return adds_up(work.sample.numbers(n), work.sample.numbers(change), groups)


def _cost(work: Assignment, n: int) -> bool:
    """Tell a position's cost from a cost per share by the market value and the quantity beside it."""
    value, quantity = work.position_of("market_value"), work.position_of("quantity")
    if value is None or quantity is None:
        return False
    whole = typical_ratio(work.sample.numbers(n), work.sample.numbers(value))
    each = typical_ratio(work.sample.numbers(n), work.sample.numbers(quantity))
    if whole is None or each is None:
        return False
    if 0.2 <= whole <= 5:
        return True
    price = typical_ratio(work.sample.numbers(value), work.sample.numbers(quantity))
    cost = typical_ratio(work.sample.numbers(n), [1.0] * len(work.sample.rows))
    if price and cost and 0.2 <= cost / price <= 5:
        work.per_unit.add("cost")
        return True
    return False


def _ask_judged(work: Assignment, n: int) -> None:
    judgements = work.profile.judged[work.names[n].key]
    open_ = [j for j in judgements if j.column not in work.taken() and _undecided(work, n, j)]
    work.settled.add(n)
    if open_:
        share = round(0.6 / len(open_), 2)
        work.ask(n, tuple(Proposal(j.column, share, _why(j)) for j in open_))


def _undecided(work: Assignment, n: int, judgement: Judgement) -> bool:
    if judgement.by in _UNLESS:
        return False
    if judgement.by == "flags":
        return work.sample.are_flags(n) is None
    if judgement.by == "sums":
        return _sums(work, n, judgement.column) is None
    return True


def _why(judgement: Judgement) -> Said:
    if judgement.by == "flags":
        return say("可能是业务名称，样本不足以判断。", "It may be the flag; the sample does not tell.")
    if judgement.by == "sums":
        return say("可能是余额，样本不足以勾稽。", "It may be a balance; the sample does not tell.")
    if judgement.by == "alone":
        return say("有几列都可能是它。", "Several columns could be this one.")
    return say("各家含义不同。", "Brokers mean different things by it.")


def _by_unit(work: Assignment) -> None:
    """Ask about columns in another unit, unless the scale is set."""
    for n, home in _contenders(work):
        if home.column not in work.taken():
            _ask_unit(work, n, home.column, _factor(work, n, home.column))
        work.settled.add(n)
    for n, name in sorted(enumerate(work.names), key=lambda f: f[1].raw):
        scaled = work.profile.scaled.get(name.key)
        if n in work.settled or scaled is None:
            continue
        work.settled.add(n)
        if scaled.column in work.taken():
            continue
        if scaled.column in work.own.scale:
            _take(work, n, Home(scaled.column, 0), scaled.factor)
        else:
            _ask_unit(work, n, scaled.column, scaled.factor)


def _ask_unit(work: Assignment, n: int, column: str, factor: Decimal | None) -> None:
    unit = work.names[n].unit or "?"
    if factor is None:
        why = say(
            f"单位“{unit}”不是人民币元，需要说明。", f"The unit '{unit}' is not yuan and must be explained."
        )
        work.ask(n, (Proposal(column, 0.6, why),))
        return
    work.scale_found[column] = factor
    table = work.profile.table
    why = say(
        f"单位不是元或股：请在 [{table}.scale] 中确认 {column} = {factor.normalize():f}。",
        f"Not in yuan or shares: confirm {column} = {factor.normalize():f} in [{table}.scale].",
    )
    work.ask(n, (Proposal(column, 0.9, why),))


def _scale_by_sums(work: Assignment) -> None:
    """Find volumes in lots and amounts in thousands by amount = volume × price within the day's range."""
    at: Mapping[str, int | None] = {c: work.position_of(c) for c in ("volume", "amount", "close")}
    volume, amount, close = at["volume"], at["amount"], at["close"]
    if work.profile.table != "quote" or volume is None or amount is None or close is None:
        return
    if {"volume", "amount"} & {*work.own.scale}:
        return
    numbers = work.sample.numbers
    each = typical_ratio(numbers(amount), numbers(volume))
    price = typical_ratio(numbers(close), [1.0] * len(work.sample.rows))
    if each is None or price is None:
        return
    for factors in ((100, 1), (100, 1000), (1, 1000), (100, 10000), (1, 10000)):
        if 0.7 <= each * factors[1] / factors[0] / price <= 1.4 and not 0.5 <= each / price <= 2:
            for n, column, factor in ((volume, "volume", factors[0]), (amount, "amount", factors[1])):
                if factor != 1:
                    del work.targets[n]
                    _ask_unit(work, n, column, Decimal(factor))
            return


def _by_similarity(work: Assignment) -> None:
    taken = work.taken()
    for n, name in enumerate(work.names):
        if n in work.settled or not name.key or work.aliases.known_somewhere(name.key):
            continue
        found = propose(work.profile, name, n, work.sample, taken)
        if found:
            work.proposed[n] = found
        if found and found[0].confidence >= MODERATE:
            work.ask(n, found)
