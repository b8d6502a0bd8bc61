"""The order of a simulation: the market once, then clients in chunks, so that memory doesn't grow with their number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.simulate.agents import layout as at
from zhike.simulate.agents.day import live
from zhike.simulate.agents.ground import ground
from zhike.simulate.agents.layout import Clients, Ground, Pages, blank, copied
from zhike.simulate.agents.traits import NEVER, Traits, clients_of, traits
from zhike.simulate.branch.acquisition import CHANNELS, Journeys, acquisition_tables, journeys
from zhike.simulate.branch.books import Books, Written, written
from zhike.simulate.branch.files import Drop
from zhike.simulate.branch.market_tables import market_tables
from zhike.simulate.branch.people import Roll, account_table, client_table, party_links, roll
from zhike.simulate.branch.service import assignments, business, judgements, service_tables
from zhike.simulate.branch.staff import Crew, crew, relation_table, staff_table
from zhike.simulate.branch.truth import Outcome, Truth
from zhike.simulate.market.assembly import Market, make_market
from zhike.simulate.market.shelf import Shelf, shelf
from zhike.simulate.market.signals import signals
from zhike.simulate.settings import FLAVOURS, Plan

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Progress = Callable[[str, int, int], None]
_CROWD = 600  # clients whose purchases are the crowd that others follow


@dataclass(frozen=True, slots=True)
class Story:
    """What was written: rows by table."""

    drop: Path
    truth: Path
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Everything that is the same for all chunks."""

    plan: Plan
    market: Market
    ground: Ground
    calm: Ground
    who: Traits
    came: Journeys
    known: Roll
    staff: Crew


def simulate(plan: Plan, out: Path, flavour: str = "csv", progress: Progress | None = None) -> Story:
    """Write a branch's drop and the truth behind it into a new folder.

    Raises UsageError where the flavour isn't known or the folder isn't empty.
    """
    _refuse(out, flavour)
    tell = progress or (lambda step, done, total: None)
    tell("simulate", 0, plan.clients)
    world = make_world(plan)
    drop = Drop(out / "drop", flavour, -(-plan.clients // plan.chunk))
    truth = Truth(out / "truth", world.market)
    _common(world, drop)
    for part, begin in enumerate(range(0, plan.clients, plan.chunk)):
        end = min(begin + plan.chunk, plan.clients)
        _chunk(world, drop, truth, part, begin, end)
        tell("simulate", end, plan.clients)
    truth.close()
    return Story(drop.folder, truth.folder, drop.rows)


def _refuse(out: Path, flavour: str) -> None:
    if flavour not in FLAVOURS:
        raise UsageError(say(f"没有格式“{flavour}”", f"There is no format '{flavour}'"), next_=say("可用：" + "、".join(FLAVOURS), "Use " + ", ".join(FLAVOURS)))  # fmt: skip
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(
            say("输出目录已存在且不为空", "The folder to write to is there and not empty"),
            where=str(out), next_=say("请换一个目录", "Choose another folder"),
        )  # fmt: skip


def make_world(plan: Plan) -> World:
    """Make market, clients and staff of a plan."""
    market = make_market(plan)
    who = traits(plan, market)
    goods, hot = shelf(market), None
    if plan.variant == "rules":
        hot = _crowd(market, who, goods)
    known = signals(market, plan.variant, hot)
    quiet = make_market(plan, neutral=True)
    came = journeys(plan, market, who)
    about = roll(plan, market, who, came.client_channel, came.client_referrer)
    return World(
        plan, market, ground(market, known, goods), ground(quiet, signals(quiet, plan.variant, hot), shelf(quiet)),
        who, came, about, crew(market, who),
    )  # fmt: skip


def _crowd(market: Market, who: Traits, goods: Shelf) -> Floats:
    """Let some clients live once, and count for each day and share what they bought in the three days up to it."""
    plan = market.plan
    first = ground(market, signals(market, plan.variant), goods)
    some = clients_of(who, 0, min(_CROWD, len(who)))
    pages, _ = _lived(first, some, plan.market_settings.lead_in, market.end, 0)
    bought = written(pages).trades
    bought = bought[(bought[:, 3] == 0) & (bought[:, 2] >= 0)]
    count = np.zeros(market.tape.close.shape)
    np.add.at(count, (bought[:, 1], bought[:, 2]), 1.0)
    total = np.cumsum(count, axis=0)
    total[3:] -= total[:-3].copy()
    return total


def _lived(
    g: Ground, clients: Clients, begin: int, end: int, salt: int, rows: int = 200
) -> tuple[Pages, Clients]:
    """Live through days [begin, end) from a copy; take larger pages where they were too small."""
    n = len(clients.wholes)
    pages = blank(rows * n if rows else 0, n * (end - begin) if rows else 0)
    after = copied(clients)
    live(g, after, pages, begin, end, salt)
    if rows and pages.used[0] > len(pages.rows):
        return _lived(g, clients, begin, end, salt, int(pages.used[0] // n * 1.1) + 1)
    return pages, after


def _common(world: World, drop: Drop) -> None:
    """Write what isn't the clients' own."""
    for name, table in market_tables(world.market):
        drop.put(name, table)
    drop.put("staff", staff_table(world.staff))
    for name, table in acquisition_tables(world.market, world.came, world.staff.ids).items():
        drop.put(name, table)
    drop.put("party_link", party_links(world.plan, world.who))
    drop.put("judgement", judgements(world.market))
    drop.put("business", business(world.market, world.who))


def _chunk(world: World, drop: Drop, truth: Truth, part: int, begin: int, end: int) -> None:
    """Let one chunk live through the past, the drop and its futures, and write it down."""
    market, g = world.market, world.ground
    born = clients_of(world.who, begin, end)
    lead = world.plan.market_settings.lead_in
    _, eve = _lived(g, born, lead, market.first - 1, 0, rows=0)
    seed_pages, start = _lived(g, eve, market.first - 1, market.first, 0)
    pages, done = _lived(g, start, market.first, market.end, 0)
    before, during = written(seed_pages), written(pages)
    since = _margin_since(during, begin, end)
    _put_books(world, drop, part, before, during, since[during.trades[:, 0] - begin])
    _put_records(world, drop, part, begin, done, during, since)
    stages = _stages(start, during, market.first)
    felt = during.events[during.events[:, 2] == at.FELT][:, [0, 1, 3]]
    truth.add(world.who, _outcome(world, begin, done, during), stages, felt)


def _margin_since(during: Written, begin: int, end: int) -> Ints:
    """Return for clients [begin, end) the day on which they moved to a margin account, NEVER for none."""
    moved = during.flows[during.flows[:, 2] == at.MOVED_IN]
    since = np.full(end - begin, NEVER)
    since[moved[:, 0] - begin] = moved[:, 1]
    return since


def _put_books(
    world: World, drop: Drop, part: int, before: Written, during: Written, margin_since: Ints
) -> None:
    """Write trades, flows, positions; `margin_since`: for each trade the day its client moved to margin."""
    books = Books(world.market)
    trades = during.trades
    drop.put("trade", books.trade(trades, (trades[:, 1] >= margin_since) * 1), part)
    drop.put("cash_flow", books.cash_flow(during.flows), part)
    drop.put("custody", books.custody(during.custody), part)
    drop.put("asset", books.asset(_joined(before.assets, during.assets)), part)
    drop.put("holding", books.holding(_joined(before.holds, during.holds)), part)
    drop.put("login", books.login(during.logins), part)
    drop.put("product_order", books.product_order(during.orders), part)


def _joined(before: Ints, during: Ints) -> Ints:
    """Put the eve's rows before those of the days, client by client."""
    both = np.concatenate([before, during])
    return both[np.argsort(both[:, 0], kind="stable")]


def _put_records(
    world: World, drop: Drop, part: int, begin: int, done: Clients, during: Written, margin_since: Ints
) -> None:
    market, n = world.market, len(done.wholes)
    days = market.course.days
    shut = done.book[:, at.CLOSED]
    closed = np.where(shut > 0, days[shut], -1).astype(np.int64)
    on_margin = margin_since < NEVER
    since = np.where(on_margin, days[np.where(on_margin, margin_since, 0)], -1).astype(np.int64)
    debt = done.book[:, at.DEBT]
    ratio = np.where(debt > 0, (done.mood[:, at.NET] + debt) / np.maximum(debt, 1), np.nan)
    drop.put(
        "client",
        client_table(market, world.who, world.known, begin, closed, tuple(c.channel_id for c in CHANNELS)),
        part,
    )
    drop.put("account", account_table(world.who, world.known, begin, closed, since, ratio), part)
    drop.put("relation", relation_table(world.staff, world.known, begin, closed), part)
    drop.put("assignment", assignments(market, world.who, begin, begin + n), part)
    for name, table in service_tables(market, world.staff, during.events).items():
        drop.put(name, table, part)


def _stages(start: Clients, during: Written, first: int) -> Ints:
    """Return (client, day, stage, cause): where each stood when the drop began, and every change since."""
    there = start.book[:, at.STAGE] > 0
    began = np.stack(
        [
            start.wholes[:, at.NUMBER],
            np.full(len(there), first),
            start.book[:, at.STAGE],
            start.book[:, at.CAUSE],
        ],
        1,
    )[there]
    changed = during.events[during.events[:, 2] == at.STAGED][:, [0, 1, 3, 4]]
    both = np.concatenate([began, changed])
    return both[np.lexsort((both[:, 1], both[:, 0]))]


def _outcome(world: World, begin: int, done: Clients, during: Written) -> Outcome:
    """Look at what the clients are, and at their futures: the market's own, and several calm ones."""
    market, n = world.market, len(done.wholes)
    fresh = copied(done)
    fresh.mood[:, at.REVENUE] = 0.0
    last = len(market.course.days)
    _, ahead = _lived(world.ground, fresh, market.end, last, 1, rows=0)
    calm, gone = np.zeros(n), np.zeros(n)
    for k in range(world.plan.futures):
        _, then = _lived(world.calm, fresh, market.end, last, 2 + k, rows=0)
        calm += then.mood[:, at.REVENUE] / world.plan.futures
        gone += (then.book[:, at.STAGE] == at.LOST) / world.plan.futures
    by = during.trades[(during.trades[:, 4] < at.IPO_TRADE)]
    count = np.bincount(by[:, 0] - begin, minlength=n)
    own = by[:, 15] == done.wholes[by[:, 0] - begin, at.LOGIC]
    with np.errstate(invalid="ignore"):
        decided = np.bincount(by[:, 0] - begin, own, minlength=n) / np.where(count > 0, count, np.nan)
    return Outcome(
        begin, done.book[:, at.STAGE], done.mood[:, at.HAZARD], done.mood[:, at.CONTENT], done.mood[:, at.EARNED],
        ahead.mood[:, at.REVENUE], calm, gone, decided, count,
    )  # fmt: skip
