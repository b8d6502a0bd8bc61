"""Accounts made at the machine itself: the first people of a branch, and the way back in for one who is locked out.

Whoever has the shell of the machine has the keys anyway; on the pages the same takes two people (`actions.people`). All of it
is in the log, as done at the command line.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike_desk.records import audit, entry
from zhike_desk.records.models import User
from zhike_desk.records.models.person import ROLES

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
_CODE = re.compile(r"[\w.-]{0,40}")


@dataclass(frozen=True, slots=True)
class Account:
    """Who may sign in, as a list shows it."""

    username: str
    role: str
    staff_id: str
    branch_id: str
    active: bool
    last_seen: datetime | None


def add(
    username: str, *, role: str, staff_id: str = "", branch_id: str = "", display_name: str = "", at: datetime
) -> str:
    """Make an account; return its first password, kept nowhere. Raises UsageError for what can't be one."""
    _refuse_unfit(username, role, staff_id, branch_id)
    password = _password()
    with transaction.atomic():
        if User.objects.filter(username=username).exists():
            raise UsageError(
                say(f"账号 {username} 已存在。", f"There is an account {username} already."),
                next_=say("换一个名字。", "Take another name."),
            )
        User.objects.create(
            username=username,
            role=role,
            staff_id=staff_id,
            branch_id=branch_id,
            display_name=display_name[:80],
            password=make_password(password),
            first_password=True,
        )
        _log(username, {"do": "add", "role": role, "staff_id": staff_id, "branch_id": branch_id}, at)
    return password


def enable(username: str, active: bool, at: datetime) -> None:
    """Let somebody sign in again, or no longer; what let them in until now ends. Raises UsageError where there is no such account."""
    with transaction.atomic():
        user = _user(username)
        User.objects.filter(pk=user.pk).update(is_active=active, version=F("version") + 1)
        _log(username, {"do": "enable" if active else "disable", **entry.end(user.pk, at)}, at)


def renew(username: str, at: datetime) -> str:
    """Give somebody a new first password and take their second factor away; their sessions and tokens end. Return the password."""
    password = _password()
    with transaction.atomic():
        user = _user(username)
        User.objects.filter(pk=user.pk).update(
            password=make_password(password), first_password=True, version=F("version") + 1
        )
        Authenticator.objects.filter(user=user).delete()
        _log(username, {"do": "password", **entry.end(user.pk, at)}, at)
    return password


def listed() -> list[Account]:
    """List every account, by name."""
    return [
        Account(u.username, u.role, u.staff_id, u.branch_id, u.is_active, u.last_login)
        for u in User.objects.order_by("username")
    ]


def somebody() -> bool:
    """Tell whether anybody can sign in."""
    return User.objects.filter(is_active=True).exists()


def _user(username: str) -> User:
    found = User.objects.filter(username=username).first()
    if found is None:
        raise UsageError(
            say(f"没有账号 {username}。", f"There is no account {username}."),
            next_=say("zhike desk user list 列出全部账号。", "zhike desk user list shows all of them."),
        )
    return found


def _password() -> str:
    return "-".join(secrets.token_hex(3) for _ in range(4))


def _log(username: str, detail: Mapping[str, str | int], at: datetime) -> None:
    audit.append(
        None, "users.write", at=at, kind="user", object_id=username, detail={"by": "command line", **detail}
    )


def _refuse_unfit(username: str, role: str, staff_id: str, branch_id: str) -> None:
    why: Said | None = None
    if not _NAME.fullmatch(username):
        why = say(
            "账号应以小写字母开头，2–40 位字母、数字或 . _ -。",
            "An account's name: a small letter, then 1–39 letters, digits, . _ -",
        )
    elif role not in ROLES:
        why = say(f"没有这个角色：{role}。", f"There is no such role: {role}.")
    elif not _CODE.fullmatch(staff_id) or not _CODE.fullmatch(branch_id):
        why = say("员工或营业部编号无法识别。", "The number of staff or branch can't be understood.")
    elif role in ("manager", "adviser") and not staff_id:
        why = say(
            "请用 --staff 给出员工编号：客户据此归属。",
            "Give the staff number (--staff): clients follow from it.",
        )
    elif role in ("manager", "adviser", "head") and not branch_id:
        why = say("请用 --branch 给出营业部编号。", "Give the branch's number (--branch).")
    if why is not None:
        raise UsageError(why, next_=say("zhike desk user add --help", "zhike desk user add --help"))
