"""Where judgements come from, as documents: JSON, TOML, Excel questionnaires, and CSV or XLSX with a survey or a plain matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from zhike.base.errors import UsageError
from zhike.base.text import Language, Said, say
from zhike.models.ahp.cells import Sheet, read_sheets
from zhike.models.ahp.hierarchy import Node
from zhike.models.ahp.near import suggestion
from zhike.models.ahp.questionnaire import is_questionnaire, joined, read_questionnaire
from zhike.models.ahp.reading import READERS, Document, document, read
from zhike.models.ahp.survey import Remark, Survey, survey_of

TABLES = (".xlsx", ".csv", ".txt", ".tsv", ".xls")  # .xls: what brokers call so is text as a rule
MOST_TOLD = 20  # refused answers that are told one by one


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
        return _tables(paths, model)
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


def _tables(paths: Sequence[Path], model: str) -> Source:
    sheets = read_sheets(paths[0])
    if len(paths) > 1 or is_questionnaire(sheets):
        return _questionnaires(paths)
    matrix = next((found for sheet in sheets if (found := _matrix(sheet)) is not None), None)
    if matrix is not None:
        return Source(document(matrix, str(paths[0])))
    return Source(_survey(survey_of(sheets, paths[0], model), str(paths[0])))


def _matrix(sheet: Sheet) -> dict[str, Any] | None:
    """Return a plain matrix with the names above it and before it as a document, None for any other table."""
    names, rows = [name.strip() for name in sheet.header[1:]], sheet.rows
    if len(names) < 2 or [row[0].strip() for row in rows] != names:
        return None
    return {"criteria": names, "matrix": [list(row[1:]) for row in rows]}


def _questionnaires(paths: Sequence[Path]) -> Source:
    filled = [read_questionnaire(path) for path in paths]
    if not any(each.answered for each in filled):
        raise UsageError(
            say("问卷还没有填写。", "Nothing has been filled in yet."), where=", ".join(map(str, paths))
        )
    plain = filled[0].document() if len(filled) == 1 else joined(filled)
    remarks = tuple(
        say(f"{each.source}：{remark.zh}", f"{each.source}: {remark.en}") for each in filled for remark in each.remarks
    )  # fmt: skip
    read_as = document(plain, ", ".join(map(str, paths)))
    return Source(replace(read_as, remarks=remarks), filled[0].labels)


def _survey(found: Survey, source: str) -> Document:
    read_as = document(found.document(), source)
    return replace(read_as, remarks=tuple(_remarks(found)))


def _remarks(found: Survey) -> Iterator[Said]:
    if found.silent:
        names = ", ".join(found.silent[:MOST_TOLD])
        yield say(f"没有任何回答：{names}。", f"No answers at all: {names}.")
    if found.repeated:
        names = ", ".join(found.repeated[:MOST_TOLD])
        yield say(f"出现多次的人：{names}。", f"In more than one row: {names}.")
    if found.unused:
        names = ", ".join(found.unused[:MOST_TOLD])
        yield say(f"未用的列：{names}。", f"Columns that hold no answers: {names}.")
    snapped = Counter((r.text, r.why) for r in found.remarks if r.value is not None)
    for (_, why), count in snapped.most_common(MOST_TOLD):
        yield say(f"{why.zh}（{count} 处）", f"{why.en} ({count} times)")
    for remark in found.refused[:MOST_TOLD]:
        yield _placed(remark)
    more = len(found.refused) - MOST_TOLD
    if more > 0:
        yield say(f"……另有 {more} 个回答未采用。", f"… and {more} more answers aren't used.")


def _placed(remark: Remark) -> Said:
    pair = f"{remark.left} / {remark.right}"
    return say(
        f"第 {remark.line} 行，{remark.expert}，{pair}：{remark.why.zh}",
        f"Line {remark.line}, {remark.expert}, {pair}: {remark.why.en}",
    )
