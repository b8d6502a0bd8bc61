"""Errors that come of answers left out: they are followed by what was left out, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from zhike.base.errors import UsageError
from zhike.base.text import Said, say

MOST_TOLD = 20  # refused answers that are told one by one


@contextmanager
def explaining(remarks: Sequence[Said]) -> Iterator[None]:
    """Let a UsageError raised within be followed by what was remarked while the answers were read."""
    try:
        yield
    except UsageError as error:
        raise explained(error, remarks) from None


def explained(error: UsageError, remarks: Sequence[Said]) -> UsageError:
    """Return the error followed by remarks, a line each; without remarks the error itself."""
    if not remarks:
        return error
    zh = "\n".join((error.what.zh, *(f"  · {each.zh}" for each in remarks)))
    en = "\n".join((error.what.en, *(f"  · {each.en}" for each in remarks)))
    next_ = error.next or say("请改正未采用的回答。", "Mend the answers that aren't used.")
    return UsageError(say(zh, en), where=error.where, next_=next_)


def told(remarks: Sequence[Said]) -> tuple[Said, ...]:
    """Return the first remarks, and how many more there are."""
    more = len(remarks) - MOST_TOLD
    if more <= 0:
        return tuple(remarks)
    last = say(f"……另有 {more} 个回答未采用。", f"… and {more} more answers aren't used.")
    return (*remarks[:MOST_TOLD], last)


def unusable(where: str) -> UsageError:
    """Return the error of a file none of whose answers can be used."""
    return UsageError(
        say("没有任何可用的回答。", "There is no usable answer at all."),
        where=where,
        next_=say(
            "回答须是 1/9 到 9 的数，或标度用语。",
            "Answer with numbers from 1/9 to 9, or words of the scale.",
        ),
    )
