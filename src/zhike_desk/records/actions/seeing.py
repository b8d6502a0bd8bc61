"""Who saw whom: the first look of a day at a client is written down, before the page is shown."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import OperationalError, transaction

from zhike_desk import turns
from zhike_desk.records import audit, clock, looks
from zhike_desk.records.viewer import Viewer

PATIENCE = 0.25


def seen(client_id: str, *, by: Viewer, at: datetime) -> bool:
    """Write down that `by` saw a client, once a day; return whether it was the first time. One query, and a row the first time.

    A reader doesn't wait for a long writer: after a quarter of a second the look goes into a file, which the worker logs. Raises
    OSError where it can be written nowhere: then there is no look.
    """
    # a look is always now: at a branch made up its day is the night's, and the log has the real moment
    moment = clock.real() if settings.DEMO else at
    if looks.logged(client_id, by.username, moment):
        return False
    try:
        with turns.at_most(PATIENCE), transaction.atomic():
            audit.append(by, looks.SEEN, at=at, kind="client", object_id=client_id)
    except OperationalError:
        looks.keep(client_id, by, moment)
    return True
