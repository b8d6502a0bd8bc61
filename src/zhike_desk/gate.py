"""The gate of every request: signed in by a password of one's own, with a second factor where the role needs one, allowed by policy.yaml."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhike_desk.records.actions.writing import Conflict, Refused
from zhike_desk.records.policy import policy
from zhike_desk.records.viewer import Denied, Viewer
from zhike_desk.ui.errors import conflict, refused
from zhike_desk.ui.speech import told

SECOND_FACTOR = frozenset({"head", "compliance", "admin"})
_SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are none
_BEFORE_OWN_PASSWORD = frozenset(
    {"account_change_password", "account_logout", "language", "theme", "healthy"}
)
_Answer = Callable[[HttpRequest], HttpResponse]


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs themselves up: users are made by two people. A new password is another one."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def clean_password(self, password: str, user: Any = None) -> str:
        """Refuse, beside what is too weak, the password that stands: a first one would stay known to who gave it."""
        if user is not None and user.check_password(password):
            raise ValidationError(
                told("新密码不能与现在的相同。", "The new password must differ from the present one.")
            )
        return str(super().clean_password(password, user))


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """How second factors are named, in the request's language."""

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Name a new key by its number."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return told(f"密钥 {number}", f"Key {number}")


def viewer_of(request: HttpRequest) -> Viewer:
    """Return who is looking; raise Denied where nobody has signed in."""
    return Viewer.of(request.user)


def _route(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


class _BeforeViews:
    """A middleware that has its say when the view is known (`process_view`), and passes every answer on."""

    def __init__(self, answer: _Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.answer(request)


class FirstPasswordMiddleware(_BeforeViews):
    """Lead whoever signed in by a password that somebody else gave them to change it before anything else."""

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Redirect to the page that changes the password."""
        user = request.user
        if not user.is_authenticated or not user.first_password:
            return None
        if _route(request) in _BEFORE_OWN_PASSWORD:
            return None
        return redirect(f"{reverse('account_change_password')}?next=/")


class SecondFactorMiddleware(_BeforeViews):
    """Lead a role that needs a second factor to set one up before anything else; never in a branch made up."""

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Redirect to the page that sets up a second factor."""
        user = request.user
        if settings.DEMO or not user.is_authenticated or user.role not in SECOND_FACTOR:
            return None
        allowed = _route(request).startswith(("mfa_", "account_", "language", "theme"))
        if allowed or is_mfa_enabled(user, _SECOND):
            return None
        return redirect("mfa_activate_totp")


class PolicyMiddleware(_BeforeViews):
    """Let a request through where policy.yaml allows its route to the viewer's role; else answer as if it did not exist."""

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Look the route up; what isn't written down is denied."""
        match = request.resolver_match
        if match is not None and "api" in match.namespaces:
            return (
                None  # the API holds its tokens to the same policy, operation by operation (zhike_desk.api)
            )
        action = policy().route(match.view_name) if match is not None else None
        if action == "public":
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        if action is None or (action != "signed-in" and viewer_of(request).may(action) is None):
            raise _missing(request)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a denied viewer with what a missing page answers."""
        if isinstance(error, Denied):
            raise _missing(request) from error
        if isinstance(error, Conflict):
            return conflict(request, error)
        if isinstance(error, Refused):
            return refused(request, error)
        return None


def _missing(request: HttpRequest) -> Http404:
    """Return what answers as if there were no such address: the page must not even show where it would have been."""
    request.resolver_match = None
    return Http404()
