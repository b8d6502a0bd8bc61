"""`zhike report phases`: what each type of client did in each state and wave of the market, as a table and as a chart."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.cli import homes, session
from zhike.cli.arguments import command
from zhike.cli.output import as_json, line, raw, table, tell
from zhike.cli.session import told

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers
    from zhike.run.phases import PhaseReport, Wave

_FORMATS = ("table", "csv", "json", "svg")
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
        "report", choices=("phases",), metavar="REPORT",
        help=told("phases：各盈利逻辑在各市场状态与浪中做了什么", "phases: what each profit logic did in each market state and wave"),
    )  # fmt: skip
    parser.add_argument(
        "--show", choices=_SHOWN, default="net_buy", help=told("图中画哪一列（默认 net_buy）", "column the chart draws (default: net_buy)")
    )  # fmt: skip
    parser.add_argument(
        "--generation", metavar="ID", help=told("取哪一期（默认最近）", "of which generation (default: the latest)")
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=_FORMATS, help=told("输出格式（默认 table，或按文件名）", "how to print it (default: table, or as -o says)")
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help=told("写入文件（覆盖）", "write to a file, replacing it")
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Print or write the report."""
    form = args.format or (args.output.suffix.lstrip(".").lower() if args.output else "table")
    if form not in _FORMATS or (form == "table" and args.output):
        raise UsageError(
            say(f"不能写成 {form} 文件。", f"The report can't be written to a file as {form}."),
            next_=say("--format csv、json 或 svg", "Use --format csv, json or svg."),
        )
    from zhike.run.phases import published_phases

    found = published_phases(homes.filled(), args.generation)
    if form == "table":
        _print(found, args.show)
        return 0
    content = _content(found, form, args.show)
    if args.output:
        _write(args.output, content)
    elif form == "json":
        as_json(_json(found))
    else:
        raw(content)
    return 0


def _content(found: PhaseReport, form: str, shown: str) -> bytes:
    if form == "csv":
        from zhike.datacentre.spreadsheets import csv_bytes

        return b"".join(csv_bytes(found.rows.schema, [found.rows]))
    if form == "json":
        import json

        return (json.dumps(_json(found), ensure_ascii=False, indent=2) + "\n").encode()
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
