"""The argument parser: argparse, speaking both languages, and raising UsageError instead of leaving."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.cli.session import HOME, told

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_MESSAGES = (
    (r"the following arguments are required: (.*)", "缺少参数：{0}。"),
    (r"unrecognized arguments: (.*)", "不认识的参数：{0}。"),
    (r"argument (\S+): expected one argument", "选项 {0} 需要一个值。"),
    (r"argument (\S+): invalid choice: '?(.*?)'? \(choose from (.*)\)", "{0} 不能是“{1}”，可选：{2}。"),
    (r"argument (\S+): not allowed with argument (\S+)", "{0} 不能与 {1} 同用。"),
    (r"argument (\S+): invalid .* value: '?(.*?)'?", "{0} 的值“{1}”无法理解。"),
)


class Parser(argparse.ArgumentParser):
    """A parser whose headings and errors are in the language of the run; every command takes `--lang`."""

    def __init__(self, **options: Any) -> None:
        options = {"allow_abbrev": False, "formatter_class": _Formatter, **options, "add_help": False}
        super().__init__(**options)
        self._positionals.title = told("参数", "arguments")
        self._optionals.title = told("选项", "options")
        self.add_argument("-h", "--help", action="help", help=told("显示本说明", "show this help"))
        self.add_argument(
            "--lang",
            choices=("zh", "en"),
            help=told("语言（默认按 ZHIKE_LANG 或系统语言）", "language (default: ZHIKE_LANG or locale)"),
        )

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with the message, in both languages, and what was probably meant."""
        raise UsageError(say(_chinese(message), _english(message)), next_=_next(message, self.prog))


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Begin the usage line in the language of the run."""
        super().add_usage(usage, actions, groups, told("用法：", "usage: ") if prefix is None else prefix)


def command(
    subparsers: Subparsers, name: str, short: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """Add a command that works on a home folder."""
    parser = subparsers.add_parser(name, help=short, description=short)
    parser.add_argument(
        "--home",
        metavar="DIR",
        help=told(
            f"数据目录（默认 ZHIKE_HOME，否则 {HOME}）", f"home folder (default: ZHIKE_HOME, else {HOME})"
        ),
    )
    parser.set_defaults(run=run)
    return parser


def day(text: str) -> date:
    """Read the value of an option that takes a date; argparse says it where it isn't one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"invalid date value: '{text}'") from None


def _chinese(message: str) -> str:
    for pattern, zh in _MESSAGES:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return zh.format(*match.groups())
    return f"命令有误：{message}。"


def _english(message: str) -> str:
    return f"{message[:1].upper()}{message[1:].rstrip('.')}."


def _next(message: str, program: str) -> Any:
    choice = re.fullmatch(r"argument \S+: invalid choice: '?(.*?)'? \(choose from (.*)\)", message, re.DOTALL)
    near = get_close_matches(choice[1], re.findall(r"[\w-]+", choice[2]), n=1) if choice else []
    if near:
        return say(f"是否想写“{near[0]}”？", f"Did you mean '{near[0]}'?")
    return say(f"{program} --help 列出可用的参数。", f"{program} --help lists what there is.")
