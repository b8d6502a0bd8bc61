"""`zhike ahp`: what experts say of pairs becomes weights, with what contradicts itself and how far they agree."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.cli.output import as_json, line
from zhike.cli.session import language, told

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers
    from zhike.models.ahp import Node
    from zhike.models.ahp.sources import Source

METHODS = ("eigenvector", "geometric")
_FORMATS = ("text", "json")
_STDIN, _NEW = "-", "new"


def register(subparsers: Subparsers) -> None:
    """Add `zhike ahp`."""
    short = told("由两两比较求权重（AHP）", "weights from pairwise comparisons (AHP)")
    parser = subparsers.add_parser("ahp", help=short, description=short)
    parser.set_defaults(run=run)
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help=told(
            "判断文件：JSON、TOML、问卷（.xlsx，可多份）、调查（.csv、.xlsx）；- 为标准输入；new NAME.xlsx 写出一份问卷",
            "judgements: JSON, TOML, a questionnaire (.xlsx, or several), a survey (.csv, .xlsx); - for standard input; "
            "new NAME.xlsx writes a questionnaire",
        ),
    )
    parser.add_argument(
        "--format", choices=_FORMATS, default="text", help=told("报告或 JSON", "a report, or JSON")
    )
    parser.add_argument(
        "--method",
        type=_method,
        choices=METHODS,
        help=told(
            "特征向量（默认）或几何平均；优先于文件",
            "eigenvector (default) or geometric mean; overrules the file",
        ),
    )
    parser.add_argument(
        "--random-index",
        metavar="NAME",
        help=told("随机一致性指标表（默认 simulated）", "table of random indices (default: simulated)"),
    )
    parser.add_argument(
        "--model", default="", metavar="ID", help=told("调查涉及多个模型时选其一", "which model of a survey")
    )
    _add_more(parser)


def _add_more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fuzzy", metavar="METHOD", help=told("另给模糊视图：buckley", "a fuzzy view too: buckley")
    )
    parser.add_argument(
        "--of", metavar="FILE", help=told("new：问自己的层次结构", "new: ask about a hierarchy of your own")
    )
    parser.add_argument(
        "--filled",
        action="store_true",
        help=told("new：填入层次结构已有的判断", "new: with the judgements that the hierarchy has"),
    )


def _method(word: str) -> str:
    from zhike.models.ahp.consistency import METHOD_ALIASES
    from zhike.models.ahp.near import canonical

    return canonical(word, METHODS, METHOD_ALIASES) or word


def run(args: argparse.Namespace) -> int:
    """Weigh a model and print what was found; or write a questionnaire."""
    if args.files[0] == _NEW:
        return _new(args)
    from zhike.cli.ahp_report import report
    from zhike.cli.ahp_robustness import fuzzy_plain, fuzzy_section
    from zhike.models.ahp import evaluate, plain, robustness
    from zhike.models.ahp.random_index import table_named
    from zhike.models.ahp.refusals import explaining
    from zhike.models.ahp.robustness import plain as firmness
    from zhike.models.ahp.sources import labelled

    if args.of or args.filled:
        raise UsageError(say("--of 与 --filled 只用于 new。", "--of and --filled go with new only."))
    source = _read(args.files, args.model)
    table = table_named(args.random_index) if args.random_index else None
    model = _overruled(source.document.model, args.method, table)
    if args.format == "text":
        model = labelled(model, source.labels, language())
    with explaining(source.document.remarks):
        found = evaluate(model)
    if args.format == "json":
        reading = [{"zh": each.zh, "en": each.en} for each in source.document.remarks]
        fuzzy = {"fuzzy": fuzzy_plain(found, args.fuzzy)} if args.fuzzy else {}
        as_json({**plain(found), **firmness(robustness(found)), **fuzzy, "reading": reading})
        return 0
    fuzzy_lines = list(fuzzy_section(found, args.fuzzy)) if args.fuzzy else []
    for text in chain(report(found, source.document.remarks), fuzzy_lines):
        line(text)
    return 0


def _new(args: argparse.Namespace) -> int:
    from zhike.cli.ahp_new import write_new

    if len(args.files) != 2:
        raise UsageError(
            say("new 之后写一个文件名。", "After new comes one name."),
            next_=say("例如 zhike ahp new individual.xlsx。", "For example zhike ahp new individual.xlsx."),
        )
    return write_new(args.files[1], args.of, args.filled)


def _read(files: Sequence[str], model: str) -> Source:
    from zhike.models.ahp import from_text
    from zhike.models.ahp.sources import Source, read_source

    if list(files) != [_STDIN]:
        return read_source([Path(file) for file in files], model)
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(say("标准输入不是 UTF-8 编码。", "Standard input is not UTF-8.")) from None
    return Source(from_text(text, told("标准输入", "standard input")))


def _overruled(node: Node, method: str | None, table: str | None) -> Node:
    """Let the command line decide over what the document says, at every node."""
    return replace(
        node,
        method=method or node.method,
        random_index=table or node.random_index,
        children={item: _overruled(child, method, table) for item, child in node.children.items()},
    )
