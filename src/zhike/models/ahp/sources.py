"""Where judgements come from, as documents: JSON, TOML, Excel questionnaires, and CSV or XLSX with a survey or a plain matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from zhike.base.errors import UsageError
from zhike.base.text import Language, Said, say
from zhike.models.ahp.hierarchy import Node
from zhike.models.ahp.near import suggestion
from zhike.models.ahp.reading import READERS, Document, read

TABLES = (".xlsx", ".csv", ".txt", ".tsv", ".xls")  # .xls: what brokers call so is text as a rule


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A document, and what its items are called by people, where the file says so."""

    document: Document
    labels: Mapping[str, Said] = field(default_factory=dict)


def read_source(paths: Sequence[Path], model: str = "") -> Source:
    """Read a document from one file, or from the questionnaires of several experts.

    `model` chooses among those that a survey answers for. Raises UsageError for a file that can't be read or holds no
    model, and for several files that aren't all questionnaires; InputRejected for a table that the data centre refuses.
    """
    suffixes = {path.suffix.lower() for path in paths}
    if len(paths) > 1 and suffixes != {".xlsx"}:
        raise UsageError(
            say(
                "只有问卷（.xlsx）可以几份一起读。",
                "Only questionnaires (.xlsx) can be read several at a time.",
            )
        )
    if suffixes <= set(TABLES):
        from zhike.models.ahp.tables import (
            read_tables,
        )  # the data centre's readers take long to load: not for JSON

        return Source(*read_tables(paths, model))
    if suffixes <= set(READERS):
        return Source(read(paths[0]))
    suffix = paths[0].suffix.lower()
    raise UsageError(
        say(f"不认识的文件类型：{suffix or paths[0].name}。", f"Unknown kind of file: {suffix or paths[0].name}."),
        where=str(paths[0]),
        next_=suggestion(suffix, (*READERS, *TABLES)),
    )  # fmt: skip


def labelled(node: Node, labels: Mapping[str, Said], language: Language) -> Node:
    """Return the hierarchy with its items called by their labels, those that no two items share."""
    names = {item: label.in_language(language) for item, label in labels.items()}
    shared = {name for name, count in Counter(names.values()).items() if count > 1}
    return _called(node, {item: name for item, name in names.items() if name not in shared})


def _called(node: Node, names: Mapping[str, str]) -> Node:
    items = tuple(names.get(item, item) for item in node.items)
    if len(set(items)) < len(items):  # a label that is another item's own name
        return node
    judged = node.judgements and replace(node.judgements, items=items)
    experts = tuple(replace(e, judgements=replace(e.judgements, items=items)) for e in node.experts)
    children = {names.get(item, item): _called(child, names) for item, child in node.children.items()}
    name = names.get(node.name, node.name)
    return replace(node, name=name, items=items, judgements=judged, experts=experts, children=children)
