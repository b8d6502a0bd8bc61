"""Users and roles: changed by an administrator and compliance, two people; a head may ask for their own branch."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from zhike.base.text import Said, say
from zhike_desk.records import audit, entry
from zhike_desk.records.actions.asking import act, ask
from zhike_desk.records.actions.writing import Done, Refused, one_of, text
from zhike_desk.records.models import User
from zhike_desk.records.models.person import ROLES
from zhike_desk.records.viewer import Denied, Viewer

BY_HEAD = ("manager", "adviser")
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
_CODE = re.compile(r"[\w.-]{0,40}")


def add(
    username: str,
    *,
    role: str,
    staff_id: str = "",
    branch_id: str = "",
    display_name: str = "",
    reason: str,
    by: Viewer,
    at: datetime,
) -> Done:
    """Ask for a new user; once it is approved, whoever approves sees the first password, once (`secret`)."""
    if not _NAME.fullmatch(username):
        raise Refused(
            say(
                "用户名：小写字母开头，2–40 位字母、数字或 . _ -。",
                "A username begins with a small letter: 2–40 of letters, digits, . _ -",
            )
        )
    if User.objects.filter(username=username).exists():
        raise Refused(say("该用户名已被使用。", "This username is taken."))
    fields = _fields(role, staff_id, branch_id, by)
    fields |= {
        "username": username,
        "display_name": text(display_name, 80, say("姓名", "name"), needed=False),
    }
    summary = say(f"新增用户 {username}（{role}）", f"new user {username} ({role})")
    return _ask({"do": "add", "fields": fields}, summary, reason, by, at)


def change_role(
    user_id: int,
    *,
    seen: int,
    role: str,
    staff_id: str = "",
    branch_id: str = "",
    reason: str,
    by: Viewer,
    at: datetime,
) -> Done:
    """Ask that a user get another role, staff number or branch; they sign in anew then, and their tokens end."""
    found = _user(user_id, by)
    fields = _fields(role, staff_id, branch_id, by)
    summary = say(
        f"{found.username}：{found.role} 改为 {role}", f"{found.username}: from {found.role} to {role}"
    )
    return _ask(
        {"do": "change", "user_id": found.pk, "seen": seen, "fields": fields}, summary, reason, by, at
    )


def disable(user_id: int, *, seen: int, reason: str, by: Viewer, at: datetime) -> Done:
    """Ask that a user may no longer sign in; their sessions and tokens end with it."""
    return _standing(user_id, seen, False, reason, by, at)


def enable(user_id: int, *, seen: int, reason: str, by: Viewer, at: datetime) -> Done:
    """Ask that a disabled user may sign in again."""
    return _standing(user_id, seen, True, reason, by, at)


def new_password(user_id: int, *, seen: int, reason: str, by: Viewer, at: datetime) -> Done:
    """Ask for a new first password; whoever approves sees it, once (`secret`)."""
    found = _user(user_id, by)
    summary = say(f"重置 {found.username} 的密码", f"new password for {found.username}")
    return _ask({"do": "password", "user_id": found.pk, "seen": seen, "fields": {}}, summary, reason, by, at)


def _standing(user_id: int, seen: int, active: bool, reason: str, by: Viewer, at: datetime) -> Done:
    found = _user(user_id, by)
    if found.pk == by.user_id:
        raise Refused(say("不能停用自己。", "You can't disable yourself."))
    summary = say(
        f"{'启用' if active else '停用'}用户 {found.username}",
        f"{'enable' if active else 'disable'} {found.username}",
    )
    payload = {"do": "change", "user_id": found.pk, "seen": seen, "fields": {"is_active": active}}
    return _ask(payload, summary, reason, by, at)


def _ask(payload: Mapping[str, Any], summary: Said, reason: str, by: Viewer, at: datetime) -> Done:
    with transaction.atomic():
        return ask("users.write", payload, summary=summary, reason=reason, by=by, at=at)


@act("users.write")
def _carry_out(payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    """Make or change the user, once two have agreed."""
    by.need("users.write")
    if payload["do"] == "add":
        if User.objects.filter(username=payload["fields"]["username"]).exists():
            raise Refused(say("该用户名已被使用。", "This username is taken."))
        made = User(**payload["fields"])
        return _password(made, "user.add", payload["fields"], by, at)
    found = _user(payload["user_id"], by)
    moved = User.objects.filter(pk=found.pk, version=payload["seen"])
    if not moved.update(version=F("version") + 1, **payload["fields"]):
        raise Refused(
            say(
                "该用户在申请后已被修改，请重新申请。",
                "This user was changed since it was asked for; please ask anew.",
            )
        )
    found.refresh_from_db()
    if payload["do"] == "password":
        return _password(found, "user.password", {}, by, at)
    detail = {**payload["fields"], **entry.end(found.pk, at)}
    audit.append(by, "user.change", at=at, kind="user", object_id=found.username, detail=detail)
    return Done(str(found.pk), found.version)


def _password(user: User, action: str, detail: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    """Give a user a first password: whoever approves sees it, so that what it opens is nothing but the form to change it."""
    secret = secrets.token_urlsafe(12)
    user.set_password(secret)
    user.first_password = True
    user.save()
    ended = entry.end(user.pk, at)
    audit.append(by, action, at=at, kind="user", object_id=user.username, detail={**detail, **ended})
    return Done(str(user.pk), user.version, secret=secret)


def _fields(role: str, staff_id: str, branch_id: str, by: Viewer) -> dict[str, Any]:
    cell = by.need("users.write")
    one_of(role, ROLES, say("角色", "role"))
    if cell.scope == "branch":
        if role not in BY_HEAD:
            raise Refused(
                say("负责人只能申请客户经理或投资顾问。", "A head may ask for managers and advisers only.")
            )
        branch_id = by.branch_id
    if not _CODE.fullmatch(staff_id) or not _CODE.fullmatch(branch_id):
        raise Refused(say("员工或营业部编号无法识别。", "The number of staff or branch can't be understood."))
    if role in ("manager", "adviser") and not staff_id:
        raise Refused(
            say("请填写员工编号：客户据此归属。", "Please give the staff number: clients follow from it.")
        )
    if role in ("manager", "adviser", "head") and not branch_id:
        raise Refused(say("请填写营业部编号。", "Please give the branch's number."))
    return {"role": role, "staff_id": staff_id, "branch_id": branch_id}


def _user(user_id: int, by: Viewer) -> User:
    cell = by.need("users.write")
    rows = User.objects.filter(pk=user_id)
    if cell.scope == "branch":
        rows = rows.filter(branch_id=by.branch_id or None, role__in=BY_HEAD)
    found = rows.first()
    if found is None:
        raise Denied("users.write")
    return found
