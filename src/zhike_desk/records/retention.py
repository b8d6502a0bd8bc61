"""How long the law keeps a client's records."""

from __future__ import annotations

from datetime import date

from zhike_desk.records.models import BookClient


def kept_until(client: BookClient, years: int) -> date | None:
    """Return the day from which the law no longer keeps a client's records; None while an account is open."""
    closed = client.closed_on
    if closed is None:
        return None
    # Closed on 29 February: kept until 1 March, never a day less than the law says.
    last = (closed.month, closed.day) if (closed.month, closed.day) != (2, 29) else (3, 1)
    return date(closed.year + years, *last)
