"""`zhike value`: the models by which clients are valued: which there are, a new one, who moves by it, and putting it in force."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.cli import homes
from zhike.cli.arguments import command
from zhike.cli.output import as_json, line, raw, table, tell
from zhike.cli.session import told
from zhike.cli.value_words import grade, moved, mover_headings
from zhike.cli.value_words import kind as kind_name
from zhike.datacentre.tables.words import KIND_WORDS, LOGIC_WORDS

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers
    from zhike.models.value import ValueModel, Weights
    from zhike.run.comparing import Change, Comparison


def register(subparsers: Subparsers) -> None:
    """Add `zhike value`."""
    parser = command(
        subparsers,
        "value",
        told("客户价值模型：查看、新建、比较、发布", "models of value: list, begin, compare, publish"),
        run,
    )
    parser.add_argument(
        "what", nargs="*", metavar="WHAT",
        help=told(
            "空：列出版本；show 版本；weights 版本；new individual|institution；diff A B；publish 文件",
            "nothing: list versions; show VERSION; weights VERSION; new individual|institution; diff A B; publish FILE",
        ),
    )  # fmt: skip
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help=told("new：写入的文件（不覆盖）", "new: the file to write, never over another"),
    )
    parser.add_argument(
        "--format", choices=("table", "json"), default="table", help=told("输出格式", "how to print it")
    )


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""
    words: list[str] = args.what or ["list"]
    known: Mapping[str, tuple[int, Callable[..., None]]] = {
        "list": (0, _list), "show": (1, _show), "weights": (1, _weights), "new": (1, _new), "diff": (2, _diff), "publish": (1, _publish),
    }  # fmt: skip
    if words[0] not in known or len(words) != known[words[0]][0] + 1:
        raise UsageError(
            say(
                f"不明白“zhike value {' '.join(words)}”。",
                f"'zhike value {' '.join(words)}' isn't understood.",
            ),
            next_=say(
                "可用：zhike value；show 版本；weights 版本；new 类别 -o 文件；diff A B；publish 文件",
                "There are: zhike value; show VERSION; weights VERSION; new KIND -o FILE; diff A B; publish FILE",
            ),
        )
    known[words[0]][1](args, *words[1:])
    return 0


def _list(args: argparse.Namespace) -> None:
    from zhike.models.value.versions import versions

    found = versions(homes.usable())
    listed = [
        {"version": name, "in_force": found.kinds(name), "sha256": sha256(text.encode()).hexdigest()} for name, text in sorted(found.documents.items())
    ]  # fmt: skip
    if args.format == "json":
        as_json(listed)
        return
    rows = [
        (v["version"], ", ".join(kind_name(k) for k in v["in_force"]), str(v["sha256"])[:12]) for v in listed
    ]
    table([told("版本", "version"), told("生效于", "in force for"), "SHA-256"], rows)


def _show(args: argparse.Namespace, name: str) -> None:
    raw(_model(name).document)


def _weights(args: argparse.Namespace, name: str) -> None:
    """Print every node's weights and consistency ratio, of the model and of what its variants judge otherwise."""
    model = _model(name)
    trees = {"": model.weights, **dict(model.variants)}
    if args.format == "json":
        as_json(
            {
                "version": model.version,
                "sha256": model.sha256,
                "weights": {logic or "all": _tree(w) for logic, w in trees.items()},
            }
        )
        return
    for logic, weights in trees.items():
        line(
            told(f"【{LOGIC_WORDS[logic]}】", f"{logic}:")
            if logic
            else told(f"【{model.version}】", f"{model.version}:")
        )
        _print_tree(model, model.goal, weights, model.weights if logic else None, 1)
        line()


def _print_tree(model: ValueModel, name: str, weights: Weights, plain: Weights | None, depth: int) -> None:
    """Print a node and those below it; of a variant only nodes that are judged otherwise than in `plain`."""
    if plain is None or plain.weights != weights.weights:
        label, ratio = model.label(name), weights.consistency_ratio
        shown = ", ".join(
            f"{told(model.label(i).zh, model.label(i).en)} {w:.3f}"
            for i, w in zip(weights.items, weights.weights, strict=True)
        )
        line(
            "  " * depth
            + f"{told(label.zh, label.en)} (CR {'–' if ratio is None else format(ratio, '.4f')}): {shown}"
        )
    for k, (item, below) in enumerate(zip(weights.items, weights.below, strict=True)):
        if below is not None:
            _print_tree(model, item, below, None if plain is None else plain.below[k], depth + 1)


def _tree(weights: Weights) -> dict[str, object]:
    return {
        "consistency_ratio": weights.consistency_ratio, "weights": dict(zip(weights.items, weights.weights, strict=True)),
        "children": {i: _tree(b) for i, b in zip(weights.items, weights.below, strict=True) if b is not None},
    }  # fmt: skip


def _new(args: argparse.Namespace, kind: str) -> None:
    from zhike.models.value import default_text
    from zhike.models.value.defaults import KINDS

    if kind not in KINDS:
        raise UsageError(
            say(f"没有 {kind} 的默认模型。", f"There is no default for {kind}."),
            next_=say("可用：" + "、".join(KINDS), "There are: " + ", ".join(KINDS)),
        )
    if args.output is None:
        raw(default_text(kind))
        return
    try:
        with args.output.open("x", encoding="utf-8") as file:
            file.write(default_text(kind))
    except FileExistsError:
        raise UsageError(
            say("文件已存在。", "That file is there already."),
            where=str(args.output),
            next_=say("换一个文件名。", "Choose another name."),
        ) from None
    tell(
        f"已写入 {args.output}：改 version 与判断，再 zhike value diff {kind}-1 {args.output}。",
        f"Written to {args.output}: change its version and judgements, then: zhike value diff {kind}-1 {args.output}",
    )


def _publish(args: argparse.Namespace, name: str) -> None:
    from zhike.models.value.versions import publish

    model = publish(homes.existing(), _model(name).document, name)
    tell(
        f"{model.version} 已发布，自下一次 zhike run 起对{'、'.join(KIND_WORDS[k].zh for k in model.kinds)}生效。",
        f"{model.version} is published and in force for {', '.join(model.kinds)} from the next zhike run on.",
    )


def _diff(args: argparse.Namespace, before: str, after: str) -> None:
    from zhike.run.comparing import compared

    a, b = _model(before), _model(after)
    found = compared(homes.filled(), a, b)
    if args.format == "json":
        as_json(_plain(found))
        return
    tell(
        f"{found.before} → {found.after}，在 {found.generation} 期上试算：",
        f"{found.before} → {found.after}, tried on generation {found.generation}:",
    )
    for change in found.changes:
        _print_change(change, b, a)


def _print_change(change: Change, after: ValueModel, before: ValueModel) -> None:
    line()
    order = "–" if change.order is None else f"{change.order:.3f}"
    tell(
        f"{kind_name(change.kind)}：{change.clients:,} 户中 {change.moved:,} 户换等级，名次相关 {order}",
        f"{kind_name(change.kind)}: {change.moved:,} of {change.clients:,} change their grade, rank correlation {order}",
    )
    moves = sorted((m for m in change.grades.items() if m[0][0] != m[0][1]), key=lambda m: (-m[1], m[0]))
    if moves:
        table(
            [told("由", "from"), told("到", "to"), told("户数", "clients")],
            [(grade(a), grade(b), n) for (a, b), n in moves],
        )
    for zh, en, movers in (
        ("上升最多", "farthest up", change.up),
        ("下降最多", "farthest down", change.down),
    ):
        if movers:
            line()
            table(
                [told(zh, en), *mover_headings()[1:]],
                [moved(m, {**dict(before.labels), **dict(after.labels)}) for m in movers],
            )


def _plain(found: Comparison) -> dict[str, object]:
    return {
        "before": found.before, "after": found.after, "generation": found.generation,
        "changes": [
            {
                "kind": c.kind, "clients": c.clients, "moved": c.moved, "rank_correlation": c.order,
                "grades": [{"from": a, "to": b, "clients": n} for (a, b), n in sorted(c.grades.items())],
                **{
                    name: [
                        {"client_id": m.client, "grade": m.grade, "rank": m.rank, "score": m.score, "reasons": {r.criterion: r.points for r in m.reasons}}
                        for m in movers
                    ]
                    for name, movers in (("up", c.up), ("down", c.down))
                },
            }
            for c in found.changes
        ],
    }  # fmt: skip


def _model(name: str) -> ValueModel:
    """Return a version by name, or what a file says."""
    from zhike.models.value import BINDABLE, model_of
    from zhike.models.value.versions import versions

    found = versions(homes.usable())
    if name in found.documents:
        return found.named(name)
    if not Path(name).is_file():
        known = sorted(found.documents)
        raise UsageError(
            say(f"没有版本，也没有文件叫“{name}”。", f"There is neither a version nor a file '{name}'."),
            next_=say("现有版本：" + "、".join(known), "Versions: " + ", ".join(known)),
        )
    return model_of(_text(Path(name)), name, BINDABLE)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            say(f"读不了这个文件：{error}", f"The file can't be read: {error}"), where=str(path)
        ) from error
