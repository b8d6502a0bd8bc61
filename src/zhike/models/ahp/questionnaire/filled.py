"""Reading filled questionnaires, and joining those of several experts into one document.

A workbook comes from somebody's desk: it is opened in a limited child process, and what it says of itself is checked before use.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.models.ahp.cells import Sheet, read_sheets
from zhike.models.ahp.judgements import judgements
from zhike.models.ahp.questionnaire.questions import Question, chosen
from zhike.models.ahp.questionnaire.workbook import ANSWER, CHOICE, FORM, KEY, MODEL_HEADER

Floats = npt.NDArray[np.float64]
_PAIR_KEY = re.compile(r"(\d{1,6}):(\d{1,6}):(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """One expert's workbook: who it is, how much the voice counts, the nodes with the judgements, and what was remarked.

    `labels` are the items' names for people. A remark is about an answer that was read as another number, or refused and left out.
    """

    source: str
    expert: str
    weight: float
    nodes: tuple[Question, ...]
    labels: Mapping[str, Said]
    remarks: tuple[Said, ...]

    @property
    def answered(self) -> int:
        """Return how many pairs have a usable answer."""
        return sum(int((~np.isnan(q.matrix)).sum() - len(q.items)) // 2 for q in self.nodes)

    def document(self) -> dict[str, Any]:
        """Return the hierarchy with this expert's judgements, as JSON says it: an expert where named, else just a matrix."""
        return (
            joined([self])
            if self.expert
            else _document(self.nodes, lambda k: {"matrix": _plain(self.nodes[k])})
        )


def is_questionnaire(sheets: Sequence[Sheet]) -> bool:
    """Tell whether sheets are those of a questionnaire that Zhike wrote."""
    return any(sheet.header[: len(MODEL_HEADER)] == MODEL_HEADER for sheet in sheets)


def read_questionnaire(path: Path) -> Filled:
    """Read a filled workbook; blank cells are pairs that weren't judged.

    Raises UsageError where it is no questionnaire of ours, what tells its pairs apart was changed, or the weight is no number from
    0 on; InputRejected for a file that the data centre refuses.
    """
    sheets = read_sheets(path)
    nodes, labels = _model(sheets, path)
    matrices = [q.matrix.copy() for q in nodes]
    remarks, seen, about = list[Said](), set[str](), dict[str, str]()
    for sheet, line, key, text in _keyed(sheets):
        pair = _PAIR_KEY.fullmatch(key)
        if pair is None:
            about[key] = text
            continue
        k, i, j = map(int, pair.groups())
        if key in seen or k >= len(nodes) or not i < j < len(nodes[k].items):
            raise _changed(path, f"{sheet.name} line {line}")
        seen.add(key)
        answer, turned = chosen(text)
        if answer.why is not None:
            pair_named = f"{nodes[k].items[i]} / {nodes[k].items[j]}"
            remarks.append(
                say(
                    f"{sheet.name} 第 {line} 行，{pair_named}：{answer.why.zh}",
                    f"Sheet {sheet.name} row {line}, {pair_named}: {answer.why.en}",
                )
            )
        if answer.value is not None:
            i, j = (j, i) if turned else (i, j)
            matrices[k][i, j], matrices[k][j, i] = answer.value, 1 / answer.value
    if len(seen) != sum(len(q.pairs) for q in nodes):
        raise _changed(path, path.name)
    filled = tuple(Question(q.path, q.items, m, q.rest) for q, m in zip(nodes, matrices, strict=True))
    weight = _weight(about.get("weight", ""), path)
    return Filled(path.name, about.get("name", "").strip(), weight, filled, labels, tuple(remarks))


def joined(several: Sequence[Filled]) -> dict[str, Any]:
    """Return one document with every expert's judgements; who isn't named is called by the file's name.

    Who judged nothing of a node isn't among its experts. Raises UsageError where the workbooks ask different
    questions, two experts have the same name, or a node was judged by nobody.
    """
    first = several[0]
    names = [each.expert or Path(each.source).stem for each in several]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise UsageError(
            say(f"两份问卷的专家同名：{twice}。", f"Two questionnaires name the same expert: {twice}.")
        )
    for each in several:
        if [(q.path, q.items) for q in each.nodes] != [(q.path, q.items) for q in first.nodes]:
            raise UsageError(
                say(
                    "两份问卷的层次结构不同，不能合并。",
                    "These questionnaires ask about different hierarchies.",
                ),
                where=f"{first.source}, {each.source}",
            )

    def judged(k: int) -> dict[str, Any]:
        voices = [
            {"name": name, "weight": each.weight, "matrix": _plain(each.nodes[k])}
            for name, each in zip(names, several, strict=True)
            if len(first.nodes[k].items) == 1 or _any(each.nodes[k])
        ]
        if not voices:
            raise UsageError(
                say("这一层没有任何判断。", "Nobody judged anything at this level."),
                where=f"{first.source}: {' › '.join(first.nodes[k].path) or '总目标 Goal'}",
            )
        return {"experts": voices}

    return _document(first.nodes, judged)


def _any(question: Question) -> bool:
    return bool((~np.isnan(question.matrix)).sum() > len(question.items))


def _document(nodes: Sequence[Question], judged: Any) -> dict[str, Any]:
    """Hang the nodes, which come parents first, below each other."""
    made = dict[tuple[str, ...], dict[str, Any]]()
    for k, q in enumerate(nodes):
        made[q.path] = {**q.rest, "criteria": list(q.items), **judged(k)}
        if q.path:
            made[q.path[:-1]].setdefault("children", {})[q.path[-1]] = made[q.path]
    return made[()]


def _plain(question: Question) -> list[list[float | None]]:
    return [[None if math.isnan(v) else v for v in row] for row in question.matrix.tolist()]


def _keyed(sheets: Sequence[Sheet]) -> Iterator[tuple[Sheet, int, str, str]]:
    """Yield (sheet, row, key, answer) of every row that has a key."""
    for sheet in sheets:
        answer = next((name for name in (CHOICE, ANSWER) if name in sheet.header), None)
        if answer is None or KEY not in sheet.header:
            continue
        at, key = sheet.header.index(answer), sheet.header.index(KEY)
        for line, row in zip(sheet.lines, sheet.rows, strict=True):
            if row[key]:
                yield sheet, line, row[key].strip(), row[at]


def _model(sheets: Sequence[Sheet], path: Path) -> tuple[tuple[Question, ...], dict[str, Said]]:
    """Read what the workbook says of its nodes, trusting nothing of it."""
    sheet = next((s for s in sheets if is_questionnaire([s])), None)
    if sheet is None:
        raise UsageError(
            say("这不是知客写出的问卷。", "This is no questionnaire that Zhike wrote."),
            where=str(path),
            next_=say("用 zhike ahp new 写一份新的。", "Write a new one with zhike ahp new."),
        )
    nodes, labels = list[Question](), dict[str, Said]()
    for row in sheet.rows:
        if row[0] != FORM:
            raise _changed(path, sheet.name)
        try:
            way, items, known, rest = map(json.loads, row[1 : len(MODEL_HEADER)])
            labels |= {str(item): say(str(zh), str(en)) for item, (zh, en) in known.items()}
            open_ = np.full((len(items), len(items)), np.nan)
            found = judgements(items, open_, connected=False)
            nodes.append(Question(tuple(map(str, way)), found.items, found.matrix, {str(k): str(v) for k, v in rest.items()}))  # fmt: skip
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise _changed(path, sheet.name) from None
    _require_tree(nodes, path)
    return tuple(nodes), labels


def _require_tree(nodes: Sequence[Question], path: Path) -> None:
    known = dict[tuple[str, ...], Question]()
    for q in nodes:
        parent = known.get(q.path[:-1])
        hangs = parent is not None and q.path[-1] in parent.items if q.path else not known
        if not hangs or q.path in known:
            raise _changed(path, " › ".join(q.path))
        known[q.path] = q
    if not known:
        raise _changed(path, path.name)


def _weight(text: str, path: Path) -> float:
    try:
        value = float(text.strip() or 1)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise UsageError(
            say(
                f"封面上的话语权“{text}”不是非负数。",
                f"The weight on the cover, '{text}', is no number from 0 on.",
            ),
            where=str(path),
            next_=say("写 0（不计入）或正数。", "Write 0 (not counted) or a positive number."),
        )
    return value


def _changed(path: Path, where: str) -> UsageError:
    return UsageError(
        say("问卷的结构被改动，无法对应各对比较。", "The questionnaire's structure was changed: its pairs can't be told apart."),
        where=where,
        next_=say("请重新写一份问卷，把答案抄过去。", "Write the questionnaire anew and copy the answers over."),
    )  # fmt: skip
