"""Writing the questionnaire: a cover, a sheet a node with a row a pair, and out of sight what tells which is which."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import xlsxwriter

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.models.ahp.questionnaire.questions import Question, choices, questions, shown, written

COVER, MODEL = "封面 Cover", "zhike"
ITEM, ANSWER, KEY = "项目 Item", "填写 Answer", "key"
LEFT_SIDE, CHOICE, RIGHT_SIDE = "左 Left", "哪个更重要 Which matters more", "右 Right"
MODEL_HEADER = ("form", "path", "items", "labels", "rest")
FORM = "1"
_LONGEST_CELL, _LONGEST_NAME = 32_767, 31  # characters; of a cell, of a sheet's name
_UNNAMABLE = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_TOP_ROW = 3  # of a node's table: the header's row
_DARK, _PALE, _LINE, _ASKED, _DONE = "#1F3A5F", "#EAF0F7", "#C5D0DE", "#FFF8E1", "#E3F4E4"
_INTRODUCTION = (
    "每张工作表比较同一上级准则下的各个要素，每行一对：左边与右边，哪个更重要，重要多少。",
    "Each sheet compares the items below one criterion, a pair a row: which of the two matters more, and how much.",
    "在黄色格中从下拉列表选择；不确定的可以留空。也可直接填数：3 表示左边重要 3 倍，-3 表示右边重要 3 倍。",
    "Choose from the list in the yellow cells; leave blank what you can't say. Numbers do too: 3 for left, -3 for right.",
)


@dataclass(frozen=True, slots=True)
class _Looks:
    """The formats of the workbook."""

    title: Any
    text: Any
    header: Any
    cell: Any
    asked: Any
    done: Any


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A node's sheet, as the cover tells of it: its name, what the node is called, its pairs and how many are answered."""

    name: str
    called: str
    pairs: int
    answered: int


def write_questionnaire(
    path: Path,
    document: Mapping[str, Any],
    *,
    labels: Mapping[str, Said] | None = None,
    filled: bool = False,
    expert: str = "",
    weight: float = 1.0,
) -> tuple[Question, ...]:
    """Write a workbook that asks about every pair of a hierarchy; return its nodes.

    `document` is the hierarchy as JSON or TOML say it; `labels` are the names of its items, and of its goal, in both languages. With `filled` the
    judgements it holds stand in the cells already. Raises UsageError where the file exists, as `questions` does, and
    for a judgement beyond the scale.
    """
    asked, named = questions(document), dict(labels or {})
    rows = [[written(q.matrix[i, j], q.matrix[j, i]) if filled else "" for i, j in q.pairs] for q in asked]
    model = [_described(q, named) for q in asked]
    goal = asked[0].rest.get("goal", "")
    heading = named.get(goal) or say(goal or "两两比较问卷", "" if goal else "Pairwise questionnaire")
    with _new(path) as stream, xlsxwriter.Workbook(stream, _OPTIONS) as book:
        book.set_properties({"title": heading.zh, "created": datetime(1980, 1, 1)})
        looks = _looks(book)
        cover = book.add_worksheet(COVER)
        sheets = [_write_node(book, looks, k, q, rows[k], named) for k, q in enumerate(asked) if q.pairs]
        _write_cover(cover, looks, heading, (expert, weight), sheets)
        _write_model(book, model)
    return asked


def _new(path: Path) -> IO[bytes]:
    try:
        return path.open("xb")
    except FileExistsError:
        raise UsageError(
            say("文件已存在，不覆盖。", "The file exists; it isn't overwritten."),
            where=str(path),
            next_=say("请换一个文件名。", "Choose another name."),
        ) from None


def _looks(book: Any) -> _Looks:
    base = {"font_name": "Microsoft YaHei", "font_size": 11, "valign": "vcenter", "text_wrap": True}
    framed = {**base, "border": 1, "border_color": _LINE}
    return _Looks(
        title=book.add_format({**base, "font_size": 16, "bold": True, "font_color": _DARK, "text_wrap": False}),
        text=book.add_format({**base, "font_color": "#44546A"}),
        header=book.add_format({**framed, "bold": True, "bg_color": _DARK, "font_color": "white", "align": "center"}),
        cell=book.add_format({**framed, "bg_color": _PALE}),
        asked=book.add_format({**framed, "bg_color": _ASKED, "align": "center", "locked": False, "num_format": "@"}),
        done=book.add_format({"bg_color": _DONE}),
    )  # fmt: skip


def _described(question: Question, labels: Mapping[str, Said]) -> tuple[str, ...]:
    """Return one node's row in the sheet out of sight."""
    called = (*question.items, question.rest.get("goal", ""))
    known = {name: [labels[name].zh, labels[name].en] for name in called if name in labels}
    parts = (list(question.path), list(question.items), known, dict(question.rest))
    row = (FORM, *(json.dumps(part, ensure_ascii=False) for part in parts))
    if max(map(len, row)) > _LONGEST_CELL:
        raise UsageError(
            say("这一层的名称太长，工作表装不下。", "The names of this level are too long for a sheet."),
            where=" › ".join(question.path),
        )
    return row


def _write_node(
    book: Any,
    looks: _Looks,
    number: int,
    question: Question,
    answers: Sequence[str],
    labels: Mapping[str, Said],
) -> _Sheet:
    """Write one node's sheet."""
    called = shown(question.path[-1], labels) if question.path else "总目标 Goal"
    name = f"{number + 1} {_UNNAMABLE.sub(' ', called)}"[:_LONGEST_NAME].rstrip()
    sheet = book.add_worksheet(name)
    sheet.hide_gridlines(2)
    for column, width in enumerate((2, 34, 38, 34)):
        sheet.set_column(column, column, width)
    sheet.set_column(4, 4, 6, None, {"hidden": True})
    sheet.set_row(0, 34)
    sheet.write_string(0, 1, called, looks.title)
    sheet.write_string(1, 1, "哪个更重要？Which of the two matters more?", looks.text)
    for column, heading in enumerate((LEFT_SIDE, CHOICE, RIGHT_SIDE, KEY), start=1):
        sheet.write_string(_TOP_ROW, column, heading, looks.header)
    for k, ((i, j), answer) in enumerate(zip(question.pairs, answers, strict=True), start=_TOP_ROW + 1):
        sheet.set_row(k, 30)
        sheet.write_string(k, 1, shown(question.items[i], labels), looks.cell)
        sheet.write(k, 2, answer, looks.asked)
        sheet.write_string(k, 3, shown(question.items[j], labels), looks.cell)
        sheet.write_string(k, 4, f"{number}:{i}:{j}")
    _ask(sheet, looks, len(answers))
    return _Sheet(name, called, len(answers), sum(map(bool, answers)))


def _ask(sheet: Any, looks: _Looks, pairs: int) -> None:
    """Offer the choices in the answer cells, colour what is answered, and lock the rest (without a password)."""
    first, last = _TOP_ROW + 1, _TOP_ROW + pairs
    count = len(choices())
    sheet.data_validation(
        first, 2, last, 2,
        {
            "validate": "list", "source": f"='{COVER}'!$E$2:$E${count + 1}", "error_type": "warning",
            "error_title": "请确认 Please check",
            "error_message": "请从列表选择；或填 3（左重要 3 倍）、-3（右重要 3 倍）。Choose from the list, or write 3 (left) or -3 (right).",
        },
    )  # fmt: skip
    sheet.conditional_format(first, 2, last, 2, {"type": "no_blanks", "format": looks.done})
    sheet.freeze_panes(_TOP_ROW + 1, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.fit_to_pages(1, 0)
    sheet.set_landscape()


def _write_cover(
    sheet: Any, looks: _Looks, title: Said, who: tuple[str, float], nodes: Sequence[_Sheet]
) -> None:
    """Write what to do, who answers, how far each sheet is, and the scale, from which the answer cells take their lists."""
    sheet.hide_gridlines(2)
    for column, width in enumerate((2, 44, 30, 4, 44)):
        sheet.set_column(column, column, width)
    sheet.set_column(3, 3, 4, None, {"hidden": True})
    sheet.set_row(0, 34)
    sheet.write_string(0, 1, f"{title.zh} {title.en}".strip(), looks.title)
    for k, text in enumerate(("标度 Scale", *choices())):
        sheet.write_string(k, 4, text, looks.cell if k else looks.header)
    for k, text in enumerate(_INTRODUCTION, start=1):
        sheet.set_row(k, 34)
        sheet.write_string(k, 1, text, looks.text)
    row = len(_INTRODUCTION) + 2
    for column, name in enumerate((ITEM, ANSWER, KEY), start=1):
        sheet.write_string(row, column, name, looks.header)
    told = (("姓名 Name", "name", who[0]), ("话语权 Weight", "weight", f"{who[1]:.17g}"))
    for k, (name, key, value) in enumerate(told, start=row + 1):
        sheet.write_string(k, 1, name, looks.cell)
        sheet.write(k, 2, value, looks.asked)
        sheet.write_string(k, 3, key)
    for k, node in enumerate(nodes, start=row + 1 + len(told)):
        sheet.write_url(k, 1, f"internal:'{node.name}'!C{_TOP_ROW + 2}", looks.cell, node.called)
        cells = f"'{node.name}'!C{_TOP_ROW + 2}:C{_TOP_ROW + 1 + node.pairs}"
        progress = f'=COUNTA({cells})&" / {node.pairs}"'
        sheet.write_formula(k, 2, progress, looks.cell, f"{node.answered} / {node.pairs}")
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.fit_to_pages(1, 0)


def _write_model(book: Any, rows: Sequence[Sequence[str]]) -> None:
    """Write which node, items and labels the keys of the other sheets mean."""
    sheet = book.add_worksheet(MODEL)
    for k, row in enumerate((MODEL_HEADER, *rows)):
        for column, text in enumerate(row):
            sheet.write_string(k, column, text)
    sheet.very_hidden()
