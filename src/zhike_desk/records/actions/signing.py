"""Signing in and out, passwords and second factors: written down as they happen, whoever's form it was that did it.

The library that signs people in tells of it by signals. A sign-in that can't be written down doesn't take place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as factor
from django.contrib.auth.signals import user_login_failed
from django.db import transaction

from zhike_desk.records import audit, clock
from zhike_desk.records.models import User
from zhike_desk.records.viewer import Viewer


def begin() -> None:
    """Listen; called once, when the records are ready."""
    for signal, told in (
        (account.user_logged_in, _signed_in),
        (account.user_logged_out, _signed_out),
        (user_login_failed, _failed),
        (account.password_changed, _password),
        (factor.authenticator_added, _factor_added),
        (factor.authenticator_removed, _factor_removed),
        (factor.authenticator_reset, _factor_reset),
    ):
        signal.connect(told, dispatch_uid=f"zhike-{told.__name__}")


def _signed_in(user: User, **_: Any) -> None:
    _write(user, "session.begin")


def _signed_out(user: User | None = None, **_: Any) -> None:
    if user is not None:
        _write(user, "session.end")


def _failed(credentials: Mapping[str, Any], **_: Any) -> None:
    """Write down that somebody failed to sign in, for names there are: what else was typed may be a password in the wrong field."""
    user = User.objects.filter(username=str(credentials.get("username", ""))).first()
    if user is not None:
        _write(None, "session.refused", user.username)


def _password(user: User, **_: Any) -> None:
    """Write down that somebody changed their own password: nobody else knows it from now on."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk, first_password=True).update(first_password=False)
        user.first_password = False
        _write(user, "user.password")


def _factor_added(user: User, authenticator: Any, **_: Any) -> None:
    _write(user, "factor.add", str(authenticator.type))


def _factor_removed(user: User, authenticator: Any, **_: Any) -> None:
    _write(user, "factor.remove", str(authenticator.type))


def _factor_reset(user: User, authenticator: Any, **_: Any) -> None:
    _write(user, "factor.change", str(authenticator.type))


def _write(user: User | None, action: str, what: str = "") -> None:
    viewer = Viewer.of(user) if user is not None else None
    kind = "user" if action.startswith(("session.", "user.")) else "factor"
    with transaction.atomic():
        audit.append(
            viewer, action, at=clock.real(), kind=kind, object_id=what or (user.username if user else "")
        )
