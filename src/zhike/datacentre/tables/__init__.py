"""Every table of the data contract, defined once.

Readers, checks, masks, the dictionary and tests derive from it. `TABLES` is what comes in, `LEDGER` what lies
between, `RESULTS` what a run publishes, `ALL` the three together.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.tables import (
    acquisition,
    branch,
    clients,
    ledger,
    market,
    pages,
    people,
    products,
    results,
    service,
    trading,
    worklist,
)
from zhike.datacentre.tables.definition import Column, Level, Table, Type

__all__ = ["ALL", "LEDGER", "RESULTS", "TABLES", "Column", "Level", "Table", "Type", "table"]


def _by_name(*tables: Table) -> Mapping[str, Table]:
    return MappingProxyType({t.name: t for t in tables})


TABLES: Mapping[str, Table] = _by_name(
    clients.CLIENT,
    clients.ACCOUNT,
    market.SECURITY,
    market.QUOTE,
    market.INDEX_QUOTE,
    market.CORPORATE_ACTION,
    trading.TRADE,
    trading.CASH_FLOW,
    trading.CUSTODY,
    clients.ASSET,
    clients.HOLDING,
    clients.LOGIN,
    products.PRODUCT,
    products.PRODUCT_ORDER,
    clients.BUSINESS,
    people.STAFF,
    people.RELATION,
    people.PARTY_LINK,
    acquisition.CHANNEL,
    acquisition.CHANNEL_COST,
    acquisition.LEAD,
    acquisition.TOUCH,
    service.CONTACT,
    service.COMPLAINT,
    service.SURVEY,
    service.JUDGEMENT,
    service.ASSIGNMENT,
    market.CALENDAR,
)

LEDGER: Mapping[str, Table] = _by_name(ledger.CLIENT_DAY, ledger.POSITION, ledger.ROUND_TRIP)

RESULTS: Mapping[str, Table] = _by_name(
    branch.MARKET_STATE,
    results.MEASURE,
    results.MEASURE_DICTIONARY,
    results.MEASURE_DETAIL,
    results.ATTRIBUTION,
    results.LOGIC,
    results.STAGE,
    results.VALUE,
    results.CLV,
    results.CHURN,
    results.UPLIFT,
    results.SATISFACTION,
    worklist.PROPOSAL,
    worklist.PLAN,
    branch.TRANSITION,
    branch.PHASE,
    pages.CLIENT_CARD,
    pages.ASSET_SERIES,
    pages.HOLDING_NOW,
    pages.PRODUCT_NOW,
    pages.TIMELINE,
    branch.CHANNEL_RESULT,
    results.REFERRAL,
    branch.STAFF_KPI,
    branch.FINDING,
)

ALL: Mapping[str, Table] = MappingProxyType({**TABLES, **LEDGER, **RESULTS})


def table(name: str) -> Table:
    """Return the table called `name`; raise UsageError with the nearest name where there is none."""
    found = ALL.get(name)
    if found is not None:
        return found
    near = get_close_matches(name, ALL, n=1)
    raise UsageError(
        say(f"没有名为“{name}”的表。", f"There is no table '{name}'."),
        next_=say(f"是否想写“{near[0]}”？", f"Did you mean '{near[0]}'?")
        if near
        else say("可用的表：" + "、".join(ALL), "The tables are " + ", ".join(ALL) + "."),
    )
