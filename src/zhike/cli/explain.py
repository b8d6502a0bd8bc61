"""`zhike explain CLIENT [MEASURE]`: who a client is, and from a number down to the delivered rows it came from."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.base.text import Said
from zhike.cli import homes, session
from zhike.cli.arguments import command
from zhike.cli.output import as_json, line, table, tell
from zhike.cli.session import told
from zhike.datacentre.tables.sentences import told_in

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers
    from zhike.run.explaining import (
        Asked,
        ClientTold,
        Delivered,
        LogicTold,
        MeasureTold,
        Origin,
        Row,
        TableTold,
    )

_HOW = {
    "sum": ("合计", "sum"),
    "max": ("最大值", "largest"),
    "min": ("最小值", "smallest"),
    "as_is": ("取值", "figure"),
}


def register(subparsers: Subparsers) -> None:
    """Add `zhike explain`."""
    parser = command(
        subparsers,
        "explain",
        told("说明一个客户，或一个数从何而来", "explain a client, or where a number came from"),
        run,
    )
    parser.add_argument("client", metavar="CLIENT", help=told("客户号", "the client's number"))
    parser.add_argument(
        "measure",
        metavar="MEASURE",
        nargs="?",
        help=told("指标名，或结果表名如 logic、stage、value、attribution", "a measure, or a published table such as logic, stage, value, attribution"),
    )  # fmt: skip
    parser.add_argument(
        "--rows",
        metavar="N",
        type=int,
        default=3,
        help=told("每个合计列出影响最大的几行（默认 3）", "rows with the largest part in each sum (default 3)"),
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=("table", "json"), default="table", help=told("输出格式", "how to print it")
    )


def run(args: argparse.Namespace) -> int:
    """Explain."""
    from zhike.run.explaining import explain, explain_client
    from zhike.run.explaining.told import MeasureTold

    home = homes.filled()
    if args.measure is None:
        client = explain_client(home, args.client)
        as_json(_plain(client)) if args.format == "json" else _client(client)
        return 0
    found = explain(home, args.client, args.measure, rows=max(args.rows, 0))
    if args.format == "json":
        as_json(_plain(found))
        return 0
    if isinstance(found, MeasureTold):
        _measure(found)
    else:
        _table(found)
    _without_files(home, found.asked)
    return 0


def _without_files(home: Path, asked: tuple[Asked, ...]) -> None:
    """Tell of the drops above whose delivered files aren't here any more, so that nobody looks for a line in vain."""
    from zhike.datacentre.retention import retired_drops

    shown = {d.origin.drop: d.origin.drop_name for a in asked for r in a.largest for d in r.shown}
    for number, lost in retired_drops(home).items() if shown else ():
        if number in shown:
            tell(
                f"  ! 批次 {number}（{shown[number]}）的 {lost.of} 个原始文件中有 {lost.files} 个已按设置 {lost.why} 于 {lost.when} 移除；"
                "所列的行是入库时的内容。需要原始文件时重新交付该批。",
                f"  ! Of the {lost.of} files of drop {number} ({shown[number]}), {lost.files} were removed at {lost.when} by the setting "
                f"{lost.why}; the rows above are as they were taken in. To have the files again, deliver the drop again.",
            )


def _plain(value: Any) -> Any:
    """Return a result as JSON can say it; sentences in the language of the run."""
    if isinstance(value, Said):
        return value.in_language(session.language())
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _number(value: object) -> str:
    """Write a number with thousands apart, and no more than six digits behind the point; other values as they are."""
    if value is None:
        return "—"
    if isinstance(value, float | Decimal):
        text = f"{value:,.6f}".rstrip("0").rstrip(".")
        return text if text.strip("-0.,") or not value else f"{float(value):.3g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _heading(zh: str, en: str) -> None:
    line()
    line(told(f"【{zh}】", f"{en}:"))


def _client(found: ClientTold) -> None:
    shown = {k: v for k, v in found.card.items() if v is not None and k not in ("client_id", "as_of")}
    tell(
        f"客户 {found.client}，截至 {found.as_of}（第 {found.generation} 期）",
        f"Client {found.client}, as of {found.as_of} (generation {found.generation})",
    )
    line("  " + "  ".join(f"{k}={v}" for k, v in shown.items()))
    _heading("盈利逻辑", "Profit logic")
    _logic(found.logic)
    _heading("生命周期", "Stage of life")
    if found.stage is None:
        tell("  没有发布", "  not published")
    else:
        since, reason = found.stage["since"], session.said(told_in(found.stage, "reason"))
        tell(
            f"  {found.stage['stage']}，自 {since}：{reason}",
            f"  {found.stage['stage']} since {since}: {reason}",
        )
    _heading("价值", "Value")
    line("  " + session.said(found.value)) if found.value else tell("  没有发布", "  not published")
    _heading("盈亏归因", "Where profit came from")
    for said in found.attribution.values():
        line("  " + session.said(said))
    _heading("建议", "Proposals")
    _proposals(found)


def _logic(logic: LogicTold | None) -> None:
    if logic is None:
        tell("  没有发布：没有可判断的交易", "  not published: no trades to judge by")
        return
    overlay = f" + {logic.overlay}" if logic.overlay else ""
    odds = "  ".join(f"{n} {p:.0%}" for n, p in logic.probabilities.items() if p is not None)
    tell(
        f"  {session.said(logic.words)}{overlay}，自 {logic.since}  {odds}",
        f"  {session.said(logic.words)}{overlay} since {logic.since}  {odds}",
    )
    if reason := session.said(logic.reason):
        line("  " + reason)
    for trait in logic.evidence:
        line(f"  {trait.contribution:+8.3f}  {session.said(trait.words)}")
    if logic.evidence:
        tell(
            f"  {logic.score:+8.3f}  合计：{logic.leading} 的得分",
            f"  {logic.score:+8.3f}  in all: the score of {logic.leading}",
        )


def _proposals(found: ClientTold) -> None:
    if not found.proposals:
        tell("  没有", "  none")
        return
    for p in found.proposals:
        must = told("必做", "must do") if p["must_do"] else told("可做", "may do")
        due = told(f"{p['due_on']} 前", f"by {p['due_on']}")
        line(f"  {must} {due} [{p['kind']}/{p['rule']}] {session.said(told_in(p, 'reason'))}")


def _measure(found: MeasureTold) -> None:
    tell(
        f"客户 {found.client} 的 {found.name}，截至 {found.as_of}（第 {found.generation} 期）",
        f"{found.name} of client {found.client}, as of {found.as_of} (generation {found.generation})",
    )
    line("  " + session.said(found.meaning))
    tell(
        f"  单位 {found.unit}；区间 {session.said(found.window)}；来源 {session.said(found.source)}",
        f"  unit {found.unit}; window {session.said(found.window)}; source {session.said(found.source)}",
    )
    line()
    if found.value is None:
        why = session.said(found.null_reason) if found.null_reason else ""
        tell(f"  空值：{why}", f"  null: {why}")
    else:
        line(f"  = {_number(found.value)}{_sure(found)}")
        tell(
            f"  由原始数据重算：{_number(found.recomputed)}",
            f"  computed again from the delivered rows: {_number(found.recomputed)}",
        )
    if found.made_of:
        _heading("由这些指标得出（并与全部客户比较）", "Made of these measures (and of all clients')")
        table(
            (told("指标", "measure"), told("值", "value")),
            [(n, _number(v)) for n, v in found.made_of.items()],
        )
    _notes(found.notes)
    _asked(found.asked)


def _sure(found: MeasureTold) -> str:
    n = f"  n = {found.n:,}" if found.n is not None else ""
    if found.low is None or found.high is None:
        return n
    return n + f"  95% [{_number(found.low)}, {_number(found.high)}]"


def _notes(notes: tuple[Said, ...]) -> None:
    for note in notes:
        line("  ! " + session.said(note))


def _asked(asked: tuple[Asked, ...]) -> None:
    """Print what was asked for, the rows with the largest parts, and the delivered rows beneath, each once."""
    if asked:
        _heading("从何而来", "Where it came from")
    seen: set[Origin] = set()
    for one in asked:
        how = told(*_HOW[one.how])
        window = (
            told(f"{one.first} 至 {one.last}", f"{one.first} to {one.last}")
            if one.first
            else told(f"至 {one.last}", f"up to {one.last}")
        )
        line(
            f"{one.table}.{one.column} {how} = {_number(one.value)}   [{window}]  {session.said(one.meaning)}"
        )
        if one.rows > len(one.largest):
            tell(
                f"  共 {one.rows:,} 行，影响最大的 {len(one.largest)} 行：",
                f"  {one.rows:,} rows; the {len(one.largest)} with the largest part:",
            )
        for row in one.largest:
            _row(row, one.exact, seen)


def _row(row: Row, exact: bool, seen: set[Origin]) -> None:
    part = (
        ""
        if row.contribution is None
        else f"{_number(row.contribution)}  "
        if exact
        else f"({_number(row.contribution)})  "
    )
    line(f"  · {part}{row.table} " + " ".join(f"{k}={v}" for k, v in row.key.items()))
    for delivered in row.shown:
        _delivered(delivered, seen)
    if row.delivered > len(row.shown):
        more = row.delivered - len(row.shown)
        tell(f"      … 另有 {more:,} 行原始记录", f"      … and {more:,} more delivered rows")


def _delivered(row: Delivered, seen: set[Origin]) -> None:
    at = row.origin
    place = told(
        f"批次 {at.drop}（{at.drop_name}）{at.file} 第 {at.line} 行",
        f"drop {at.drop} ({at.drop_name}) {at.file}:{at.line}",
    )
    if at in seen:
        line(f"      {row.table} ← {place} " + told("（见上）", "(see above)"))
        return
    seen.add(at)
    line(f"      {row.table} ← {place}")
    line("        " + " ".join(f"{k}={v}" for k, v in row.cells.items()))


def _table(found: TableTold) -> None:
    tell(
        f"客户 {found.client} 的 {found.table}，截至 {found.as_of}（第 {found.generation} 期）",
        f"{found.table} of client {found.client}, as of {found.as_of} (generation {found.generation})",
    )
    line("  " + session.said(found.meaning))
    line()
    if not found.rows:
        tell("  没有该客户的行。", "  It has no row of the client.")
    for row in found.rows:
        for name, value in row.items():
            if value is not None and name not in ("client_id", "as_of"):
                meaning = session.said(found.columns[name]) if name in found.columns else ""
                line(
                    f"  {name} = {_number(value)}   {meaning}"
                    if len(found.rows) == 1
                    else f"  {name} = {_number(value)}"
                )
        line()
    for said in found.words:
        line("  " + session.said(said))
    _notes(found.notes)
    _asked(found.asked)
