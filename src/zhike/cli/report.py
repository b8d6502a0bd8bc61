"""`zhike report phases`: what each type of client did in each state and wave of the market, as a table and as a chart.

`zhike report value` is in `cli.report_value`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.cli import homes, session
from zhike.cli.arguments import command
from zhike.cli.output import json_text, line, raw, table, tell
from zhike.cli.session import told

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers
    from zhike.run.phases import PhaseReport, Wave

_FORMATS = {"phases": ("table", "csv", "json", "svg"), "value": ("table", "json", "html")}
_ONLY = {"show": "phases", "kind": "value"}
_KINDS = ("individual", "institution", "product")
_SHOWN = ("net_buy", "pnl", "turnover", "trades", "clients")
_NAMES = {
    "logic": "盈利逻辑", "state": "市场状态", "wave": "浪", "clients": "客户数", "trades": "成交笔数", "net_buy": "净买入（元）",
    "turnover": "周转率", "pnl": "盈亏（元）",
}  # fmt: skip
_EN = {"net_buy": "net buying (yuan)", "pnl": "profit and loss (yuan)", "turnover": "turnover (times)"}
_STATES = {"frozen": "冰点", "ebbing": "退潮", "ranging": "震荡", "warming": "回暖", "hot": "高潮"}
_ARROWS = {"up": "↑", "down": "↓", "": ""}


def register(subparsers: Subparsers) -> None:
    """Add `zhike report`."""
    parser = command(subparsers, "report", told("输出一份报表", "print a report"), run)
    parser.add_argument(
        "report", choices=tuple(_FORMATS), metavar="REPORT",
        help=told(
            "phases：各盈利逻辑在各市场状态与浪中做了什么；value：客户价值的分布与变动",
            "phases: what each profit logic did in each market state and wave; value: how clients' value is spread and who moved",
        ),
    )  # fmt: skip
    parser.add_argument(
        "--show", choices=_SHOWN, help=told("phases：图中画哪一列（默认 net_buy）", "phases: column the chart draws (default: net_buy)")
    )  # fmt: skip
    parser.add_argument(
        "--kind", choices=_KINDS, help=told("value：只看哪一类客户（默认都看）", "value: of which kind of client (default: of each)")
    )  # fmt: skip
    parser.add_argument(
        "--generation", metavar="ID", help=told("取哪一期（默认最近）", "of which generation (default: the latest)")
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=tuple(dict.fromkeys(f for forms in _FORMATS.values() for f in forms)),
        help=told(
            "输出格式（默认 table，或按文件名）：phases 有 csv、json、svg，value 有 json、html",
            "how to print it (default: table, or as -o says): csv, json, svg of phases; json, html of value",
        ),
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help=told("写入文件（覆盖）", "write to a file, replacing it")
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Print or write the report."""
    _require_own_options(args)
    form = _form(args)
    content = _value(args, form) if args.report == "value" else _phases(args, form)
    if content is not None and args.output:
        _write(args.output, content)
    elif content is not None:
        raw(content)
    return 0


def _require_own_options(args: argparse.Namespace) -> None:
    for option, report in _ONLY.items():
        if getattr(args, option) is not None and args.report != report:
            raise UsageError(
                say(f"--{option} 只用于 {report} 报表。", f"--{option} belongs to the report {report}."),
                next_=say("去掉这个选项。", "Leave it out."),
            )


def _form(args: argparse.Namespace) -> str:
    """Return the format that was asked for, else that of the file's name; raise UsageError where the report has no such one."""
    known = _FORMATS[args.report]
    form: str = args.format or (args.output.suffix.lstrip(".").lower() if args.output else "table")
    if form not in known:
        raise UsageError(
            say(f"{args.report} 报表没有 {form or '这种'} 格式。", f"The report {args.report} has no format {form or 'of that kind'}."),
            next_=say(f"--format {'、'.join(known[:-1])} 或 {known[-1]}", f"Use --format {', '.join(known[:-1])} or {known[-1]}."),
        )  # fmt: skip
    if form == "table" and args.output:
        raise UsageError(
            say("不能写成 table 文件。", "The report can't be written to a file as table."),
            next_=say(f"--format {'、'.join(known[1:-1])} 或 {known[-1]}", f"Use --format {', '.join(known[1:-1])} or {known[-1]}."),
        )  # fmt: skip
    return form


def _phases(args: argparse.Namespace, form: str) -> bytes | None:
    """Print the report, or return it in another format."""
    from zhike.run.phases import published_phases

    found, shown = published_phases(homes.filled(), args.generation), args.show or _SHOWN[0]
    if form != "table":
        return _content(found, form, shown)
    _print(found, shown)
    return None


def _value(args: argparse.Namespace, form: str) -> bytes | None:
    from zhike.cli import report_value
    from zhike.run.value_report import published_value

    found = published_value(homes.filled(), args.generation, args.kind)
    if form != "table":
        return report_value.content(found, form)
    report_value.show(found)
    return None


def _content(found: PhaseReport, form: str, shown: str) -> bytes:
    if form == "csv":
        from zhike.datacentre.spreadsheets import csv_bytes

        return b"".join(csv_bytes(found.rows.schema, [found.rows]))
    if form == "json":
        return json_text(_json(found)).encode()
    from zhike.cli.charts import svg

    return svg(_chart(found, shown)).encode()


def _write(target: Path, content: bytes) -> None:
    from zhike.datacentre.export import whole

    with whole(target) as aside:
        aside.write_bytes(content)
    tell(f"已写入 {target}", f"Written to {target}")


def _rows(found: PhaseReport) -> list[dict[str, Any]]:
    """Return the rows with money and rates as numbers."""
    numbers = ("net_buy", "turnover", "pnl")
    return [{n: float(row[n]) if n in numbers else row[n] for n in _NAMES} for row in found.rows.to_pylist()]


def _json(found: PhaseReport) -> dict[str, Any]:
    return {
        "generation": found.generation,
        "as_of": found.as_of.isoformat(),
        "waves": [{"wave": w.name, "first": w.first.isoformat(), "last": w.last.isoformat(), "direction": w.direction} for w in found.waves],
        "rows": _rows(found),
    }  # fmt: skip


def _print(found: PhaseReport, shown: str) -> None:
    """Print a table and a bar for each logic; the longest bar is the largest value of that logic."""
    from zhike.cli.charts import bar_line, largest_of

    rows, waves = _rows(found), {w.name: w for w in found.waves}
    if not rows:
        tell(
            "这一期没有阶段可报：市场状态需要 60 个交易日以上的行情。",
            "No phases to report: the market's states need more than 60 trading days of quotes.",
        )
        return
    tell(
        f"各盈利逻辑在各市场状态与浪中的行为，截至 {found.as_of}（第 {found.generation} 期）",
        f"What each profit logic did in each market state and wave, as of {found.as_of} (generation {found.generation})",
    )
    for logic in dict.fromkeys(r["logic"] for r in rows):
        mine = [r for r in rows if r["logic"] == logic]
        most = largest_of([r[shown] for r in mine])
        line()
        line(
            f"{_logic(logic)}  —  {told('条形', 'bars')}：{_name(shown)}"
            if session.language() == "zh"
            else f"{logic} — bars: {_name(shown)}"
        )
        headings = [told("状态", "state"), told("浪", "wave"), told("客户", "clients"), told("笔数", "trades"),
                    told("净买入", "net_buy"), told("周转", "turnover"), told("盈亏", "pnl"), ""]  # fmt: skip
        table(headings, [_line(r, waves, bar_line(r[shown], most)) for r in mine])


def _line(row: dict[str, Any], waves: dict[str, Wave], bar: str) -> list[object]:
    return [
        _state(row["state"]), " ".join(_wave(waves[row["wave"]])), row["clients"], row["trades"], round(row["net_buy"]),
        round(row["turnover"], 3), round(row["pnl"]), bar,
    ]  # fmt: skip


def _logic(name: str) -> str:
    from zhike.datacentre.tables.words import LOGIC_WORDS

    return told(LOGIC_WORDS[name], name)


def _state(name: str) -> str:
    return told(_STATES[name], name)


def _name(column: str) -> str:
    return told(_NAMES[column], _EN.get(column, column))


def _wave(wave: Wave) -> tuple[str, str]:
    """Return what a wave is called, and its months."""
    name = wave.name.rpartition("-")[2] if wave.direction else told("未定", "undated")
    return f"{_ARROWS[wave.direction]}{name}", f"{wave.first:%y/%m}–{wave.last:%y/%m}"


def _chart(found: PhaseReport, shown: str) -> Any:
    from zhike.cli.charts import Panels

    rows = _rows(found)
    values = {(r["logic"], r["wave"], r["state"]): r[shown] for r in rows}
    return Panels(
        session.language(),
        told(f"各盈利逻辑在各市场状态与浪中的{_name(shown)}", f"Each profit logic in each market state and wave: {_name(shown)}"),
        told(f"截至 {found.as_of}；每格自有刻度；浪为事后划定", f"As of {found.as_of}; each panel has its own scale; waves are dated with hindsight"),
        told("市场的浪（起止年/月）", "waves of the market (from – to, year/month)"),
        _name(shown),
        {n: _logic(n) for n in dict.fromkeys(r["logic"] for r in rows)},
        {w.name: _wave(w) for w in found.waves},
        {n: _state(n) for n in _STATES},
        values,
    )  # fmt: skip
