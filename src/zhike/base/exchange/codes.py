"""Tell what a security code is: its exchange, kind and board. The families are data, in `codes.toml`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from zhike.base.exchange.packaged import packaged

KINDS = ("stock", "etf", "fund", "bond", "convertible", "repo", "index", "other")
"""The kinds of a security, as the table `security` names them."""

BOARDS = ("main", "star", "chinext", "bse", "b_share", "neeq", "hk")
"""The boards: Shanghai and Shenzhen main, 科创板, 创业板, 北交所, B shares, 退市板块, Hong Kong."""

_ONE = (Decimal(1),)
_UNITS_OR_LOTS = (Decimal(1), Decimal(10))
_MULTIPLIERS: dict[str, tuple[Decimal, ...]] = {
    "stock": _ONE,
    "etf": _ONE,
    "fund": _ONE,
    "bond": _UNITS_OR_LOTS,
    "convertible": _UNITS_OR_LOTS,
}


@dataclass(frozen=True, slots=True)
class CodeFamily:
    """The securities of one market whose codes begin alike; `bare`: a code without exchange belongs here."""

    market: str
    prefix: str
    kind: str
    board: str | None
    bare: bool


@dataclass(frozen=True, slots=True)
class _Families:
    """The families by market and prefix, the bare ones by prefix, and the spellings of the markets."""

    of: dict[str, dict[str, CodeFamily]]
    bare: dict[str, CodeFamily]
    suffixed: re.Pattern[str]
    prefixed: re.Pattern[str]
    market: dict[str, str]


def code_families() -> tuple[CodeFamily, ...]:
    """List every code family there is, in the order of `codes.toml`."""
    return tuple(
        CodeFamily(row["market"], prefix, row["kind"], row.get("board"), row.get("bare", False))
        for row in packaged("codes.toml")["family"]
        for prefix in row["prefixes"]
    )


@cache
def _families() -> _Families:
    market = {spelling: name for name, all_ in packaged("codes.toml")["markets"].items() for spelling in all_}
    spelt = "|".join(sorted(market, key=len, reverse=True))
    of: dict[str, dict[str, CodeFamily]] = {name: {} for name in market.values()}
    for family in code_families():
        of[family.market][family.prefix] = family
    return _Families(
        of=of,
        bare={family.prefix: family for family in code_families() if family.bare},
        suffixed=re.compile(rf"([0-9]+)\.({spelt})"),
        prefixed=re.compile(rf"({spelt})[._]?([0-9]+)"),
        market=market,
    )


def _longest(prefixes: dict[str, CodeFamily], digits: str) -> CodeFamily | None:
    found = (prefixes.get(digits[:length]) for length in range(len(digits), 0, -1))
    return next((family for family in found if family is not None), None)


def _joined(market: str, digits: str) -> str | None:
    """Join digits and market, where the market's codes have that many digits."""
    if market == "HK":
        return f"{digits:0>5}.HK" if len(digits) <= 5 else None
    return f"{digits}.{market}" if len(digits) == 6 else None


def _bare(digits: str) -> str | None:
    """Decide the market of a code without exchange.

    Five digits are Hong Kong's only when they begin with 0: a mainland code that lost its leading zero
    (72988 for 072988) never does.
    """
    if len(digits) == 5 and digits.startswith("0"):
        return f"{digits}.HK"
    family = _longest(_families().bare, digits) if len(digits) == 6 else None
    return _joined(family.market, digits) if family else None


def security_id(code: str, *, foreign: bool = False) -> str | None:
    """Write a security code the one way Zhike does: `600000.SH`, `000001.SZ`, `920001.BJ`, `00700.HK`.

    Takes a bare code, or one with its exchange before or behind: `600000`, `sh600000`, `SH.600000`,
    `600000.XSHG`, `600000.SS`, `000001.XSHE`, `00700`, `700.HK`. A bare code is read as one of a *trade
    file*: 000001 is the share 000001.SZ, since nobody can trade the index 000001.SH. An exchange that is
    written is believed, even where the code belongs to none of its families (`kind_of` is None then).

    Returns None where the code decides nothing: two exchanges use its family, it isn't a code at all, or it
    has lost its leading zeros. With `foreign`, what isn't a mainland or Hong Kong form comes back as written,
    stripped; a bare code of five or six digits that is undecided stays None.
    """
    text = unicodedata.normalize("NFKC", code).strip().upper()
    families = _families()
    if match := families.suffixed.fullmatch(text):
        return _joined(families.market[match[2]], match[1])
    if match := families.prefixed.fullmatch(text):
        return _joined(families.market[match[1]], match[2])
    if re.fullmatch(r"[0-9]{5,6}", text):
        return _bare(text)
    return code.strip() or None if foreign else None


def market_of(security_id: str) -> str | None:
    """Tell the market of a code with suffix: SH, SZ, BJ or HK; None where it has none of these suffixes."""
    market = security_id.rpartition(".")[2]
    return market if market in _families().of else None


def family_of(security_id: str) -> CodeFamily | None:
    """Find the code family of a `600000.SH`-like code; None where its market has no such family."""
    market = market_of(security_id)
    return _longest(_families().of[market], security_id.partition(".")[0]) if market else None


def kind_of(code: str) -> str | None:
    """Tell the kind of a security, one of `KINDS`; None where the code doesn't say.

    A bare code whose exchange is undecided still has a kind where all exchanges agree: 101001 is a bond.
    """
    known = security_id(code)
    if known is not None:
        family = family_of(known)
        return family.kind if family else None
    if not re.fullmatch(r"[0-9]{6}", code.strip()):
        return None
    mainland = (_longest(_families().of[market], code.strip()) for market in ("SH", "SZ", "BJ"))
    kinds = {family.kind for family in mainland if family}
    return kinds.pop() if len(kinds) == 1 else None


def board_of(code: str) -> str | None:
    """Tell the board of a security, one of `BOARDS`; None where it has none or the code doesn't say.

    A convertible has its issuer's board; of funds only those that hold STAR shares alone have one. The codes
    43, 83 and 87 are `bse` although companies quoted on NEEQ only have them too: the code can't tell.
    """
    known = security_id(code)
    family = family_of(known) if known else None
    return family.board if family else None


def multiplier(kind: str | None, board: str | None = None) -> tuple[Decimal, ...]:
    """List the factors m for which price × quantity × m = amount may hold; empty: not to be checked.

    Shares, ETFs and funds: 1. Bonds and convertibles are quoted per 100 yuan of face value and counted in
    units (张) of 100 yuan, 116.25 × 10 = 1162.50, or in lots (手) of ten units, as Shanghai's orders were:
    1 or 10. A bond's amount is meant at its clean price, without interest (SSE, SZSE 债券交易规则, 2022).
    A repo's price is an interest rate; an index isn't traded; codes of kind `other` are subscriptions,
    pledges and votes; an unknown kind says nothing: none of these is checked. No board differs so far:
    `board` is taken so that callers needn't change when one does.
    """
    return _MULTIPLIERS.get(kind or "", ())
