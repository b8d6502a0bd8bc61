"""`zhike desk user …`: the accounts of a branch, made at the machine; `publish`: show the latest night; `check`: is all well."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from zhike.cli import homes, session
from zhike.cli.arguments import command
from zhike.cli.output import line, table, tell
from zhike.cli.session import told
from zhike_desk import made_up
from zhike_desk.commands import preparing

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers

_ROLES = ("manager", "adviser", "head", "analyst", "compliance", "admin")


def register(subparsers: Subparsers) -> None:
    """Add `zhike desk`."""
    short = told("工作台：账号、发布", "the workbench: accounts, publication")
    parser = subparsers.add_parser("desk", help=short, description=short)
    what = parser.add_subparsers(title=told("命令", "commands"), metavar="COMMAND", required=True)
    command(
        what,
        "publish",
        told("把最近一次夜间运行的结果载入工作台", "load the latest night into the workbench"),
        publish,
    )
    command(what, "check", told("检查数据库与审计链", "check the database and the chain of the log"), check)
    users = what.add_parser("user", help=told("账号", "accounts"))
    acts = users.add_subparsers(title=told("命令", "commands"), metavar="COMMAND", required=True)
    _add(
        command(
            acts, "add", told("新建账号，显示一次性密码", "make an account; its password is shown once"), add
        )
    )
    command(acts, "list", told("列出账号", "list the accounts"), listed)
    for name, zh, en, run in (
        ("disable", "停用账号", "an account may no longer sign in", disable),
        ("enable", "恢复账号", "an account may sign in again", enable),
        ("password", "重置密码与两步验证", "a new password; the second factor is set up anew", password),
    ):
        command(acts, name, told(zh, en), run).add_argument(
            "name", metavar="NAME", help=told("账号", "account")
        )


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help=told("账号", "account"))
    parser.add_argument("--role", choices=_ROLES, required=True, help=told("角色", "role"))
    parser.add_argument("--staff", metavar="ID", default="", help=told("员工编号：客户据此归属", "staff number: clients follow from it"))  # fmt: skip
    parser.add_argument("--branch", metavar="ID", default="", help=told("营业部编号", "number of the branch"))
    parser.add_argument(
        "--name-shown", metavar="NAME", default="", help=told("显示的姓名", "name that is shown")
    )


def add(args: argparse.Namespace) -> int:
    """Make an account and show its first password."""
    _begin()
    from zhike_desk.records import accounts

    given = accounts.add(
        args.name, role=args.role, staff_id=args.staff, branch_id=args.branch, display_name=args.name_shown, at=session.now()
    )  # fmt: skip
    _show(args.name, given)
    return 0


def password(args: argparse.Namespace) -> int:
    """Give an account a new first password and show it."""
    _begin()
    from zhike_desk.records import accounts

    _show(args.name, accounts.renew(args.name, session.now()))
    return 0


def disable(args: argparse.Namespace) -> int:
    """Let an account sign in no longer."""
    return _standing(args.name, False)


def enable(args: argparse.Namespace) -> int:
    """Let an account sign in again."""
    return _standing(args.name, True)


def listed(args: argparse.Namespace) -> int:
    """List the accounts."""
    _begin()
    from zhike_desk.records import accounts

    headings = [told("账号", "account"), told("角色", "role"), told("员工号", "staff"), told("营业部", "branch"), told("可登录", "may sign in"), told("最近登录", "last seen")]  # fmt: skip
    table(
        headings,
        [
            (a.username, a.role, a.staff_id, a.branch_id, "✓" if a.active else "", a.last_seen.strftime("%Y-%m-%d %H:%M") if a.last_seen else "")
            for a in accounts.listed()
        ],
    )  # fmt: skip
    return 0


def publish(args: argparse.Namespace) -> int:
    """Load the latest night into the workbench; readers move to it when it is whole."""
    _begin()
    from zhike_desk.records.publish import publish as load

    done = load(homes.usable().absolute(), session.now())
    rows = sum(done.rows.values())
    tell(
        f"工作台显示截至 {done.as_of} 的结果（{rows:,} 行，载入用时 {done.seconds:.1f} 秒）。",
        f"The workbench shows the night of {done.as_of} ({rows:,} rows, loaded in {done.seconds:.1f} s).",
    )
    return 0


def check(args: argparse.Namespace) -> int:
    """Say whether the database is whole and the log's chain holds; return 1 where either isn't."""
    _begin()
    from django.core.checks import run_checks

    from zhike_desk.records import audit
    from zhike_desk.records.safekeeping import tables

    rows = sum(content.rows for content in tables.contents().values())
    tell(f"✓ 数据库完整（{rows:,} 行）", f"✓ the database is whole ({rows:,} rows)")
    for found in run_checks():
        line(f"· {found.msg}")
    breaks = audit.verify()
    for each in breaks:
        tell(f"✗ 审计链第 {each.seq} 行：{each.what}", f"✗ the log, row {each.seq}: {each.what}")
    if not breaks:
        tell("✓ 审计链完整", "✓ the chain of the log holds")
    return 1 if breaks else 0


def _standing(name: str, active: bool) -> int:
    _begin()
    from zhike_desk.records import accounts

    accounts.enable(name, active, session.now())
    tell(
        f"账号 {name} {'可以' if active else '不能再'}登录。",
        f"Account {name} may {'sign in again' if active else 'sign in no longer'}.",
    )
    return 0


def _begin() -> None:
    home = homes.usable().absolute()
    preparing.begin(home, demo=made_up.plan_of(home) is not None)
    preparing.tables()


def _show(name: str, given: str) -> None:
    tell(f"账号 {name} 的首次密码（只显示这一次）：", f"The first password of {name} (shown this once):")
    line(f"  {given}")
    tell("首次登录时须先改成自己的密码。", "At the first sign-in it must be changed before anything else.")
