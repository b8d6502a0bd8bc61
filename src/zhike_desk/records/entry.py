"""What lets somebody in, ended at once: their sessions wherever they are, and their tokens of the API.

Told so whenever somebody else changes their password, their role or their standing: what was opened by the old one must not outlive it.
"""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db.models import F

from zhike_desk.records.models import ApiToken, User


def end(user_id: int, at: datetime) -> dict[str, int]:
    """End every session and token of a user, in the caller's transaction; return how many of each, for the log.

    Sessions end by the user's `epoch`, which every session is signed with: also one that no list knows of.
    """
    User.objects.filter(pk=user_id).update(epoch=F("epoch") + 1)
    sessions = list(UserSession.objects.filter(user_id=user_id))
    for session in sessions:
        session.end()
    tokens = ApiToken.objects.filter(owner_id=user_id, revoked_at__isnull=True).update(revoked_at=at)
    return {"sessions_ended": len(sessions), "tokens_ended": tokens}
