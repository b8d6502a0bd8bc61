"""`zhike serve`: the workbench on this machine, web server and worker, until Ctrl-C."""

from __future__ import annotations

import argparse
import errno
import io
import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zhike.base.errors import StoreLocked, UsageError
from zhike.base.text import say
from zhike.cli import homes
from zhike.cli.arguments import command
from zhike.cli.output import table, tell, warn
from zhike.cli.session import told
from zhike_desk import made_up
from zhike_desk.commands import preparing
from zhike_desk.commands.supervising import Child, Supervisor

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers

PORT = 8000
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ANY = ("0.0.0.0", "::")
_PATIENCE = 1.0
FAILED = 1


def register(subparsers: Subparsers) -> None:
    """Add `zhike serve`."""
    parser = command(
        subparsers, "serve", told("打开工作台（Ctrl-C 停止）", "serve the workbench (until Ctrl-C)"), serve
    )
    options(parser)
    parser.add_argument(
        "--demo",
        action="store_true",
        help=told("只为模拟的营业部：否则拒绝", "insist that this is a branch made up; refuse otherwise"),
    )


def options(parser: argparse.ArgumentParser) -> None:
    """Add what `zhike up --serve` takes too."""
    parser.add_argument("--host", metavar="HOST", default="127.0.0.1", help=told("监听地址", "address to listen on"))  # fmt: skip
    parser.add_argument("--port", metavar="N", type=int, default=PORT, help=told("端口", "port"))
    parser.add_argument(
        "--workers",
        metavar="N",
        type=int,
        default=min(os.cpu_count() or 1, 2),
        help=told("网页进程数", "web processes"),
    )
    parser.add_argument(
        "--threads", metavar="N", type=int, default=4, help=told("每个进程的线程数", "threads in each")
    )


def serve(args: argparse.Namespace) -> int:
    """Serve until told to stop: 0; 1 where a process can't be kept running. Raises UsageError, StoreError, in sentences."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            line_buffering=True
        )  # whoever reads along, in a pipe or a log, sees the address at once
    home = homes.usable().absolute()
    demo = made_up.plan_of(home) is not None
    if getattr(args, "demo", False) and not demo:
        raise _no_demo(home)
    _free(args.host, args.port)
    hosts = _hosts(args.host, os.environ.get("ZHIKE_DESK_HOSTS", ""))
    preparing.begin(home, demo=demo, hosts=hosts)
    with _alone(home):
        accounts = prepare(home, demo=demo)
        return _serve(args, home, accounts)


def prepare(home: Path, *, demo: bool) -> list[tuple[str, str, str, str]]:
    """Make the desk ready; return the demo accounts (name, role, staff number, password), none outside a demo."""
    from django.db import connections

    from zhike_desk.records import demo as demonstration

    for name in preparing.tables():
        tell(f"数据表已升级：{name}", f"Tables brought up to date: {name}")
    preparing.static()
    if preparing.first_book(home):
        tell("最近一次夜间运行的结果已发布到工作台。", "The latest night's results are in the workbench now.")
    accounts = demonstration.prepare() if demo else demonstration.close()
    connections.close_all()
    return accounts


def _serve(args: argparse.Namespace, home: Path, accounts: list[tuple[str, str, str, str]]) -> int:
    words = ["--host", args.host, "--port", str(args.port)]
    words += ["--workers", str(args.workers), "--threads", str(args.threads)]
    children = [Child("web", ["zhike_desk.commands.web", *words]), Child("worker", ["zhike_desk.worker"])]
    with Supervisor(children, os.environ, _crashed) as desk:
        failed = None
        if desk.wait(lambda: _answers(args.host, args.port)):
            _greet(args, home, accounts)
            desk.watch()
        else:
            failed = desk.hopeless()
    if failed is not None:
        raise _hopeless(failed.name)
    tell("工作台已停止。", "The workbench has stopped.")
    return 0


def _greet(args: argparse.Namespace, home: Path, accounts: list[tuple[str, str, str, str]]) -> None:
    from zhike_desk import sqlite

    address = _address(args.host, args.port)
    tell(f"工作台：{address}", f"The workbench: {address}")
    if accounts:
        tell("演示账号（每个角色一个）：", "Demo accounts (one for each role):")
        headings = [told("账号", "account"), told("角色", "role"), told("员工号", "staff"), told("密码", "password")]  # fmt: skip
        table(headings, accounts)
    elif os.environ["ZHIKE_DESK_DEMO"] != "1" and not _people():
        tell(
            f"还没有账号。建一个：zhike desk user add 名字 --role head --home {home}",
            f"There are no accounts yet. Make one: zhike desk user add NAME --role head --home {home}",
        )
    version = ".".join(map(str, sqlite.version()))
    kind = os.environ.get("DATABASE_URL", "").partition(":")[0] or f"SQLite {version}, {sqlite.journal()}"
    tell(f"数据库：{kind} · 数据目录：{home} · Ctrl-C 停止", f"Database: {kind} · home: {home} · Ctrl-C stops it")  # fmt: skip
    if sqlite.journal() != "wal" and kind.startswith("SQLite"):
        warn(
            "本机的 SQLite 早于 3.51.3，改用回滚日志，较慢。安装 pysqlite3 可用 WAL。",
            "This SQLite is older than 3.51.3: the rollback journal is used, which is slower. With pysqlite3 it is WAL.",
        )
    if args.host not in LOOPBACK and os.environ.get("ZHIKE_DESK_HTTPS") != "1":
        warn(
            "其他机器可以连接，而连接未加密。请在前面放 TLS 代理并设 ZHIKE_DESK_HTTPS=1。",
            "Other machines can connect, unencrypted. Put a TLS proxy in front of it and set ZHIKE_DESK_HTTPS=1.",
        )


def _people() -> bool:
    from django.db import connections

    from zhike_desk.records import accounts

    found = accounts.somebody()
    connections.close_all()
    return found


def _crashed(name: str, code: int, pause: float) -> None:
    warn(
        f"{name} 意外结束（{code}），{pause:g} 秒后重启。",
        f"{name} ended unexpectedly ({code}); it starts again in {pause:g} s.",
    )


def _address(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in _ANY else host
    return "http://" + (f"[{shown}]" if ":" in shown else shown) + f":{port}"


def _answers(host: str, port: int) -> bool:
    """Ask the desk whether it is well."""
    ask = urllib.request.Request(_address(host, port) + "/healthy/", headers={"Host": f"127.0.0.1:{port}"})
    plain = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with plain.open(ask, timeout=_PATIENCE) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _hosts(host: str, chosen: str) -> str:
    """Name what the desk answers to: this machine (by which we ask whether it is well), and what was chosen, or else its name and address."""
    names = ["127.0.0.1", "localhost", "[::1]"]
    if chosen:
        names += [name for name in chosen.split(",") if name not in names]
    elif host not in LOOPBACK:
        names += [socket.gethostname(), *([] if host in _ANY else [host])]
    return ",".join(names)


def _free(host: str, port: int) -> None:
    """Raise UsageError where the port is taken, or the address isn't this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise _taken(host, port, error) from error


def _taken(host: str, port: int, error: OSError) -> UsageError:
    if error.errno != errno.EADDRINUSE:
        return UsageError(
            say(f"不能监听 {host}:{port}（{error.strerror}）。", f"Can't listen on {host}:{port} ({error.strerror})."),
            next_=say("换一个 --host 或 --port。", "Take another --host or --port."),
        )  # fmt: skip
    with socket.socket() as trial:
        trial.bind(("", 0))
        other = trial.getsockname()[1]
    return UsageError(
        say(f"端口 {port} 已被占用。", f"Port {port} is in use."),
        where=f"{host}:{port}",
        next_=say(
            f"也许工作台已经开着：{_address(host, port)}；否则换一个端口：--port {other}",
            f"Perhaps the workbench is running already: {_address(host, port)}; else take another: --port {other}",
        ),
    )


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold this home's desk: two workers on one home would each take the other's jobs for a dead one's."""
    from zhike.engine.durable import only_writer

    try:
        with only_writer(home / "desk" / "SERVE"):
            yield
    except StoreLocked as error:
        if error.where != str(home / "desk"):
            raise
        raise UsageError(
            say("这个数据目录的工作台已经开着。", "The workbench of this home is running already."),
            where=str(home),
            next_=say("在另一个终端按 Ctrl-C 停止它。", "Stop it with Ctrl-C in the other terminal."),
        ) from error


def _no_demo(home: Path) -> UsageError:
    return UsageError(
        say("这不是模拟的营业部，没有演示账号。", "This is no branch made up: it has no demo accounts."),
        where=str(home),
        next_=say(
            "造一个：zhike up --serve；或去掉 --demo。", "Make one up: zhike up --serve; or leave --demo out."
        ),
    )


def _hopeless(name: str) -> UsageError:
    return UsageError(
        say(f"{name} 反复起不来，原因见上。", f"{name} failed again and again; see above for why."),
        next_=say("zhike check 检查数据目录。", "zhike check looks at the home folder."),
    )
