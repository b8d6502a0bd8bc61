"""Tokens of the API: made by their owner, for acts the owner may do, for 90 days at the most; the secret is shown once."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import OperationalError, transaction

from zhike.base.text import say
from zhike_desk import turns
from zhike_desk.records import audit
from zhike_desk.records.actions.writing import Done, Refused, text
from zhike_desk.records.models import ApiToken
from zhike_desk.records.policy import policy
from zhike_desk.records.viewer import Denied, Viewer

_log = logging.getLogger(__name__)
PREFIX = "zhike_"
LONGEST_DAYS = 90
MOST = 10


def create(name: str, *, scopes: Iterable[str], days: int, by: Viewer, at: datetime) -> Done:
    """Make a token that may do `scopes` in its owner's name for so many days; `secret` of the answer is kept nowhere."""
    by.need("token.write")
    wanted = sorted(set(scopes))
    if not wanted or any(scope not in policy().tokens or by.may(scope) is None for scope in wanted):
        raise Refused(say("请选择您自己可用的权限。", "Choose among what you may do yourself."))
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(say(f"有效期为 1 到 {LONGEST_DAYS} 天。", f"A token lasts 1 to {LONGEST_DAYS} days."))
    with transaction.atomic():
        if (
            ApiToken.objects.filter(owner_id=by.user_id, revoked_at__isnull=True, expires_at__gt=at).count()
            >= MOST
        ):
            raise Refused(say(f"最多 {MOST} 个有效令牌。", f"{MOST} tokens may stand at the most."))
        secret = PREFIX + secrets.token_urlsafe(32)
        made = ApiToken.objects.create(
            owner_id=by.user_id,
            name=text(name, 80, say("名称", "name")),
            digest=digest(secret),
            scopes=wanted,
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
        audit.append(
            by,
            "token.create",
            at=at,
            kind="token",
            object_id=str(made.pk),
            detail={"scopes": wanted, "days": days},
        )
        return Done(str(made.pk), secret=secret)


def revoke(token: int, *, by: Viewer, at: datetime) -> Done:
    """Revoke a token of one's own, for good."""
    by.need("token.write")
    with transaction.atomic():
        rows = ApiToken.objects.filter(pk=token, owner_id=by.user_id, revoked_at__isnull=True)
        if not rows.update(revoked_at=at):
            raise Denied("token.write")
        audit.append(by, "token.revoke", at=at, kind="token", object_id=str(token))
        return Done(str(token))


def digest(secret: str) -> str:
    """Return what of a token is kept: its SHA-256. It holds 256 random bits, so nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def viewer(secret: str, at: datetime) -> Viewer | None:
    """Return whom a token stands for at a moment, within its scopes; None for one that is unknown, revoked, or too old.

    Remembers the hour of its last use, unless somebody is writing just then.
    """
    found = ApiToken.objects.select_related("owner").filter(digest=digest(secret)).first()
    if found is None or found.revoked_at is not None or found.expires_at <= at or not found.owner.is_active:
        return None
    if found.last_used_at is None or at - found.last_used_at > timedelta(hours=1):
        _used(found.pk, at)
    return Viewer.of(found.owner, frozenset(found.scopes))


def _used(token: int, at: datetime) -> None:
    try:
        with turns.at_most(0.1), transaction.atomic():
            ApiToken.objects.filter(pk=token).update(last_used_at=at)
    except OperationalError as busy:
        _log.info("The use of token %d is remembered another time: %s", token, busy)
