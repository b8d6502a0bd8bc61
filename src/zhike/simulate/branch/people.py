"""Client records: made-up names and numbers that belong to nobody, accounts, links between clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.period import date_of, day_no
from zhike.simulate.agents import layout as at
from zhike.simulate.agents.traits import INDIVIDUAL, INSTITUTION, NEVER, Traits
from zhike.simulate.branch.books import account_codes, client_codes
from zhike.simulate.branch.columns import codes, dates, nulled, rounded, words
from zhike.simulate.chance import stream
from zhike.simulate.market.assembly import Market
from zhike.simulate.settings import Plan

Ints = npt.NDArray[np.int64]
BRANCH = "3101"
_FAMILY = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
_GIVEN = tuple("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文玉萍红玲建国志海燕春梅亮宇鑫婷")
_REGIONS = ("浦东新区", "徐汇区", "静安区", "杨浦区", "闵行区", "宝山区", "松江区", "外地")
_JOBS = ("企业职员", "公务员", "教师", "医护", "个体经营", "退休", "工程师", "自由职业", "金融从业", "学生")
_TRADES = ("制造业", "信息技术", "批发零售", "金融业", "建筑业", "教育", "医疗卫生", "公共管理")


@dataclass(frozen=True, slots=True, eq=False)
class Roll:
    """What the branch knows of each client beyond traits; day numbers, −1 and channel −1 for unknown. Shape (n,)."""

    opened: Ints
    born: Ints
    channel: Ints
    referrer: Ints


def roll(plan: Plan, market: Market, who: Traits, channel: Ints, referrer: Ints) -> Roll:
    """Date births and old clients' openings; those who open during the drop have their day already."""
    n, days = len(who), market.course.days
    dice = stream(plan.seed, "roll")
    years = np.minimum(dice.gamma(1.6, 3.6, n) + 0.05, np.maximum(who.age - 18.2, 0.1))
    opens = who.wholes[:, at.OPENS]
    fresh = (opens >= market.first) & (opens < NEVER)
    start = int(days[plan.market_settings.lead_in])
    opened = np.where(
        fresh, days[np.minimum(opens, len(days) - 1)], start - (365 * years).astype(np.int64) - 1
    )
    opened = np.maximum(opened, day_no(Date(1991, 1, 1)))
    born = opened - 365 * who.age - dice.integers(0, 365, n)
    born = np.where(fresh, born, start - (365.25 * who.age).astype(np.int64) - dice.integers(0, 365, n))
    return Roll(opened.astype(np.int64), born.astype(np.int64), channel, referrer)


def client_table(
    market: Market, who: Traits, known: Roll, begin: int, closed: Ints, channels: tuple[str, ...]
) -> pa.Table:
    """Return the records of clients [begin, begin + len(closed)); `closed`: day number or −1."""
    n = len(closed)
    rows = slice(begin, begin + n)
    numbers = np.arange(begin, begin + n)
    whole, real = who.wholes[rows], who.reals[rows]
    dice = stream(market.plan.seed, "records", begin)
    kind, person = whole[:, at.KIND], whole[:, at.KIND] == INDIVIDUAL
    frozen, tested = who.frozen[rows], dice.integers(20, 900, n)
    last = int(market.course.days[market.end - 1])
    assessed = np.maximum(last - tested, known.opened[rows])
    shut = _shut(who, known, rows, closed)
    female = dice.random(n) < 0.46
    born = known.born[rows]
    share = 0.3 + 0.6 * dice.random(n)
    return pa.table({
        "client_id": client_codes(numbers), "kind": words(("individual", "institution", "product"), kind),
        "name": _names(dice, kind, numbers), "id_type": words(("身份证", "营业执照", "产品备案"), kind),
        "id_number": _papers(born, numbers, kind), "gender": nulled(words(("M", "F"), female * 1), ~person),
        "birth_date": nulled(dates(born), kind > INSTITUTION), "phone": codes("100", numbers + 10_000_000, 8),
        "email": pa.array([f"c{k}@example.com" if dice_ < 0.4 else None for k, dice_ in zip(numbers, dice.random(n), strict=True)], pa.string()),
        "region": words(_REGIONS, dice.integers(8, size=n)), "occupation": nulled(words(_JOBS, _jobs(dice, who.age[rows])), ~person),
        "industry": words(_TRADES, dice.integers(8, size=n)), "opened_on": dates(known.opened[rows]),
        "closed_on": dates(shut, shut < 0), "branch_id": pa.array([BRANCH] * n),
        "channel_id": words((*channels, None), known.channel[rows]),
        "referrer_id": nulled(client_codes(known.referrer[rows]), known.referrer[rows] < 0),
        "risk_level": words(("C1", "C2", "C3", "C4", "C5"), whole[:, at.RISK] - 1), "risk_assessed_on": dates(assessed),
        "professional": pa.array((real[:, at.WEALTH] > 5e8) | (kind > INDIVIDUAL)),
        "declared_wealth": nulled(rounded(np.round(real[:, at.WEALTH] / 100.0 / share, -3), 2), dice.random(n) < 0.25),
        "commission_rate": rounded(real[:, at.RATE], 8), "marketing_opt_out": pa.array(whole[:, at.ARM] == 2),
        "frozen": pa.array(frozen),
    })  # fmt: skip


def _names(dice: np.random.Generator, kind: Ints, numbers: Ints) -> pa.Array:
    a, b, c = (
        dice.integers(20, size=len(kind)),
        dice.integers(40, size=len(kind)),
        dice.integers(60, size=len(kind)),
    )
    return pa.array([
        f"{_FAMILY[x]}{_GIVEN[y]}{_GIVEN[z] if z < 40 else ''}" if k == INDIVIDUAL
        else (f"{_GIVEN[y]}{_GIVEN[z % 40]}实业有限公司" if k == INSTITUTION else f"{_GIVEN[y]}{_GIVEN[z % 40]}{m}号私募基金")
        for x, y, z, k, m in zip(a, b, c, kind, numbers, strict=True)
    ])  # fmt: skip


def _papers(born: Ints, numbers: Ints, kind: Ints) -> pa.Array:
    """Return identity numbers of a region that doesn't exist (99), so that they are nobody's."""
    return pa.array([
        f"990000{date_of(int(b)):%Y%m%d}{m % 1000:03d}{m // 1000 % 10}" if k == INDIVIDUAL else f"99{'ABC'[int(k)]}{m:015d}"
        for b, m, k in zip(born, numbers, kind, strict=True)
    ])  # fmt: skip


def _jobs(dice: np.random.Generator, age: npt.NDArray[np.float64]) -> Ints:
    drawn = dice.integers(len(_JOBS), size=len(age))
    return np.where(age > 60, 5, np.where((drawn == 5) | ((drawn == 9) & (age > 26)), 0, drawn))


def _shut(who: Traits, known: Roll, rows: slice, closed: Ints) -> Ints:
    """Return the day each account closed, −1 for none: what is kept by law only was closed 300 days after its opening."""
    return np.where(who.frozen[rows], known.opened[rows] + 300, closed)


def account_table(
    who: Traits, known: Roll, begin: int, closed: Ints, margin_since: Ints, ratio: npt.NDArray[np.float64]
) -> pa.Table:
    """Return cash accounts and margin accounts; `margin_since`: day number or −1, `ratio`: NaN without debt."""
    n = len(closed)
    rows = slice(begin, begin + n)
    numbers = np.arange(begin, begin + n)
    second = np.flatnonzero(margin_since >= 0)
    which = np.concatenate([np.arange(n), second])
    margin = np.concatenate([np.zeros(n, np.int64), np.ones(len(second), np.int64)])
    shut = _shut(who, known, rows, closed)[which]
    since = np.where(margin > 0, margin_since[which], known.opened[rows][which])
    debt = np.where(margin > 0, ratio[which], np.nan)
    return pa.table({
        "account_id": account_codes(numbers[which], margin), "client_id": client_codes(numbers[which]),
        "kind": words(("cash", "margin"), margin), "opened_on": dates(since), "closed_on": dates(shut, shut < 0),
        "status": words(("正常", "销户"), (shut >= 0) * 1), "maintenance_ratio": rounded(np.nan_to_num(debt), 4, np.isnan(debt)),
    })  # fmt: skip


def party_links(plan: Plan, who: Traits) -> pa.Table:
    """Link a twelfth of the clients: families, households, and who controls an institution."""
    n, dice = len(who), stream(plan.seed, "links")
    pairs = dice.permutation(n)[: 2 * max(n // 24, 1)].reshape(-1, 2)
    kinds = np.where(dice.random(len(pairs)) < 0.6, 0, 1)
    controlled = np.flatnonzero(who.wholes[:, at.KIND] == INSTITUTION)
    by = dice.integers(n, size=len(controlled))
    ok = by != controlled
    one, other = np.concatenate([pairs[:, 0], controlled[ok]]), np.concatenate([pairs[:, 1], by[ok]])
    kind = np.concatenate([kinds, np.full(ok.sum(), 2)])
    return pa.table({
        "client_id": client_codes(one), "other_id": client_codes(other), "kind": words(("family", "household", "controller"), kind),
    })  # fmt: skip
