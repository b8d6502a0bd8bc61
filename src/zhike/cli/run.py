"""`zhike run`: one night, from what was delivered to a published generation."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zhike.base.errors import DamagedStore, StoreError, StoreLocked
from zhike.cli import homes, session
from zhike.cli.arguments import command, day
from zhike.cli.output import as_json, line, table, tell, warn, wrapped
from zhike.cli.progress import progress
from zhike.cli.session import said, told
from zhike.datacentre.tables.words import GRADE_WORDS, LOGIC_WORDS, STAGE_WORDS

if TYPE_CHECKING:
    from pathlib import Path

    from zhike.cli.arguments import Subparsers
    from zhike.datacentre.retention import Keep, OldGeneration
    from zhike.engine import EngineSettings
    from zhike.run import Night
    from zhike.run.outcome import Outcome


def register(subparsers: Subparsers) -> None:
    """Add `zhike run`."""
    parser = command(
        subparsers,
        "run",
        told("运行一夜：计算并发布一期结果", "run a night: compute and publish a generation"),
        run,
    )
    parser.add_argument(
        "--as-of",
        metavar="DATE",
        type=day,
        help=told(
            "截至哪一天（默认：最近的交易日）",
            "day the numbers hold for (default: the last trading day delivered)",
        ),
    )
    parser.add_argument(
        "--engine",
        metavar="ENGINE",
        help=told(
            "在哪里算：embedded（默认，本机进程）、local-spark、spark://主机:端口",
            "where to compute: embedded (default, processes here), local-spark, spark://HOST:PORT",
        ),
    )
    parser.add_argument("--format", choices=("table", "json"), default="table", help=told("输出格式", "how to print it"))  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Run the night and say what came of it."""
    from zhike.config import engine_settings, keep_settings
    from zhike.run import run_night

    home = homes.filled()
    keep = keep_settings(home)
    chosen = engine_settings(home)
    if args.engine:
        chosen = replace(chosen, on=args.engine)
    _warn_of_room(chosen)
    begun = time.perf_counter()
    with progress() as bar:
        night = run_night(home, args.as_of, chosen, progress=bar)
    seconds = time.perf_counter() - begun
    if args.format == "json":
        gone = [{"id": g.entry.id, "as_of": g.entry.day, "bytes": g.bytes} for g in _retire(home, keep)]
        as_json({**_json(night, seconds), "retired": gone})
    else:
        _print(night, seconds)
        _print_retired(_retire(home, keep), keep, home)
    return 0


def _warn_of_room(engine: EngineSettings) -> None:
    """Say so where the memory that is set lets fewer processes work than there are threads, or isn't enough for one."""
    from zhike.run.room import room_of

    room, memory = room_of(engine), f"{engine.memory / 1e9:.1f} GB"
    if not room.fits:
        warn(
            f"内存设为 {memory}，少于一夜最少所需，可能超出；请在 zhike.toml 的 [engine] 中调大 memory。",
            f"memory is {memory}, less than a night takes at least: it may take more. Raise it under [engine] in zhike.toml.",
        )
    elif room.workers < engine.threads:
        warn(
            f"内存 {memory} 只够 {room.workers} 个进程（threads = {engine.threads}）；要更快，请在 zhike.toml 的 [engine] 中调大 memory。",
            f"{memory} of memory have room for {room.workers} processes (threads = {engine.threads}); for more speed raise memory under [engine] in zhike.toml.",
        )


def _retire(home: Path, keep: Keep) -> tuple[OldGeneration, ...]:
    """Remove the generations past their limit; where another process came in between, the next night does."""
    from zhike.datacentre.retention import retire

    try:
        return retire(home, keep, session.now(), raw=False).generations
    except StoreLocked:
        warn(
            "另一个进程正在写入，旧结果这次没有移除，下一夜再移除。",
            "Another process is writing: old generations were not removed this time; the next night does it.",
        )
        return ()
    except StoreError as error:  # the night is published all the same, and is still to be told
        warn(error.sentence("zh"), error.sentence("en"))
        return ()


def _print_retired(gone: tuple[OldGeneration, ...], keep: Keep, home: Path) -> None:
    """Tell of every generation that went, and whether delivered files are past their limit: these never go by themselves."""
    from zhike.datacentre.retention import due

    for old in gone:
        tell(
            f"按设置 {keep.why_generation} 移除了第 {old.entry.id} 期（截至 {old.entry.day}，{old.bytes:,} 字节）。",
            f"By the setting {keep.why_generation}, generation {old.entry.id} of {old.entry.day} was removed ({old.bytes:,} bytes).",
        )
    try:
        raw = due(home, keep, session.now(), compare=False).raw()
    except DamagedStore:
        return  # `zhike retire` and `zhike check` tell of it; the night itself is published
    if raw:
        tell(
            f"{len(raw)} 个原始文件超出 {keep.why_raw}，仍保留；查看：zhike retire",
            f"{len(raw)} delivered files are past {keep.why_raw} and still here; to see them: zhike retire",
        )


def _json(night: Night, seconds: float) -> dict[str, Any]:
    generation = night.published.generation
    return {
        "generation": generation.id, "as_of": night.as_of.isoformat(), "unchanged": night.published.unchanged,
        "changed": list(night.published.changed), "tables": {name: generation.rows(name) for name in generation.tables},
        "read": dict(night.read), "counts": {k: dict(v) for k, v in night.outcome.counts.items()}, "seconds": round(seconds, 3),
    }  # fmt: skip


def _print(night: Night, seconds: float) -> None:
    generation = night.published.generation
    table(
        [told("表", "table"), told("行", "rows"), told("与上次相比", "against the last")],
        [
            (name, generation.rows(name), told("有变化", "changed") if name in night.published.changed else told("相同", "equal"))
            for name in generation.tables
        ],
    )  # fmt: skip
    line()
    days, trades = night.read.get("client_day", 0), night.read.get("trade", 0)
    tell(
        f"第 {generation.id} 期，截至 {night.as_of}：{trades:,} 笔成交，{days:,} 个客户日，用时 {seconds:.1f} 秒。",
        f"Generation {generation.id} as of {night.as_of}: {trades:,} trades, {days:,} client days, {seconds:.1f} s.",
    )
    _print_branch(night.outcome)
    if night.published.unchanged:
        tell("输入未变，结果与上次相同。", "The inputs are those of before, and so are the results.")
    tell(
        "查看：zhike export logic -o logic.xlsx；zhike generations",
        "To see it: zhike export logic -o logic.xlsx; zhike generations",
    )


def _print_branch(outcome: Outcome) -> None:
    """Say how the clients divide, who moved since the last generation, and whom to call first."""
    for name, zh, en in (
        ("logic", "盈利逻辑", "profit logic"), ("stage", "生命周期", "life cycle"), ("grade", "价值等级", "value grades"),
        ("rule", "联系建议", "proposals"),
    ):  # fmt: skip
        counts = outcome.counts.get(name, {})
        if counts:
            wrapped(told(zh, en), [f"{_word(k)} {n:,}" for k, n in counts.items()], indent=16)
    if outcome.moves:
        moves = [f"{_word(m.before)} → {_word(m.after)} {m.clients:,}" for m in outcome.moves]
        wrapped(told("与上期相比", "since the last"), moves, indent=16)
    if outcome.first:
        line()
        table(
            [told("客户", "client"), told("期限", "due"), told("必做", "must"), told("为什么联系", "why")],
            [(c.client, c.due_on, "✓" if c.must_do else "", said(c.reason)) for c in outcome.first],
        )
    line()


def _word(name: str) -> str:
    """Return what a class is called; rules and what isn't a class keep their names."""
    words = {**GRADE_WORDS, **STAGE_WORDS, **LOGIC_WORDS, "none": "（无）"}
    return told(words.get(name, name), name)
