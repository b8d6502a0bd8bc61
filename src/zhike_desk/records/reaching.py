"""Whether a contact reached the client: one meaning for the night's measures, the day's list, a client's page and the team."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import reduce
from operator import or_
from types import MappingProxyType

from django.db.models import Q

from zhike.base.text import Said, say
from zhike.datacentre.tables.words import UNREACHED_WORDS
from zhike.datacentre.tables.words import reached as reached

REACHED = "已联系"
UNREACHED = "未接通"
"""The outcome of an attempt: the contact is written down, the work stays to be done."""
OUTCOMES: Mapping[str, Said] = MappingProxyType({
    "talked": say("已沟通", "Talked"),
    "interested": say("有意向", "Interested"),
    "done": say("已办理", "Done"),
    "again": say("再联系", "Call again"),
    "missed": say(UNREACHED, "No answer"),
    "refused": say("拒绝", "Refused"),
})  # fmt: skip
"""What a contact may be said to have come to: kept in Chinese, in which files of the contract are written; shown in either."""


def outcome(name: str) -> str:
    """Return an outcome of the list as it is kept; any other words stay as they are."""
    return OUTCOMES[name].zh if name in OUTCOMES else name


def last_reached(days_since: float, as_of: date | None, at_desk: Iterable[date]) -> date | None:
    """Return the day a client was last reached: by the night of `as_of` (`days_since`, below 0: never), or at the desk since."""
    days = [as_of - timedelta(days=int(days_since))] if as_of is not None and days_since >= 0 else []
    return max([*days, *at_desk], default=None)


def missed() -> Q:
    """Return what holds of contacts that didn't reach the client."""
    return reduce(or_, (Q(outcome__icontains=word) for word in UNREACHED_WORDS))
