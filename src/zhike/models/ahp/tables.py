"""Judgements in CSV and XLSX, as documents: questionnaires, surveys, and a plain matrix with the names above and before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.models.ahp.answers import Answer, read_answer
from zhike.models.ahp.cells import Sheet, read_sheets
from zhike.models.ahp.judgements import Value
from zhike.models.ahp.questionnaire import is_questionnaire, joined, read_questionnaire
from zhike.models.ahp.reading import Document, document
from zhike.models.ahp.refusals import MOST_TOLD, explaining, told, unusable
from zhike.models.ahp.survey import Remark, Survey, survey_of

Read = tuple[Document, Mapping[str, Said]]


def read_tables(paths: Sequence[Path], model: str = "") -> Read:
    """Read a document, and its items' labels, from one table or the questionnaires of several experts.

    Raises UsageError and InputRejected as `sources.read_source`.
    """
    sheets = read_sheets(paths[0])
    if len(paths) > 1 or is_questionnaire(sheets):
        return _questionnaires(paths)
    square = next((sheet for sheet in sheets if _is_square(sheet)), None)
    if square is not None:
        return _square(square, str(paths[0])), {}
    return _survey(survey_of(sheets, paths[0], model), str(paths[0])), {}


def _is_square(sheet: Sheet) -> bool:
    names = _names(sheet)
    return len(names) > 1 and [row[0].strip() for row in sheet.rows] == names


def _names(sheet: Sheet) -> list[str]:
    return [name.strip() for name in sheet.header[1:]]


def _square(sheet: Sheet, source: str) -> Document:
    """Read a plain matrix, each cell off the diagonal screened like any other answer."""
    names, remarks = _names(sheet), list[Remark]()
    answers = [[read_answer(text) for text in row[1:]] for row in sheet.rows]
    matrix = list[list[Value]]()
    for i, row in enumerate(sheet.rows):
        matrix.append([_entry(text, answers[i][j], answers[j][i], i == j) for j, text in enumerate(row[1:])])
        for j, answer in enumerate(answers[i]):
            if i != j and answer.why is not None and answer.value in (None, matrix[i][j]):
                pair = names[i], names[j]
                remarks.append(Remark(sheet.lines[i], "", "", *pair, row[j + 1], answer.value, answer.why))
    placed = told([remark.placed for remark in remarks])
    with explaining(placed):
        return replace(document({"criteria": names, "matrix": matrix}, source), remarks=placed)


def _entry(text: str, answer: Answer, facing: Answer, diagonal: bool) -> Value:
    """Return a cell's judgement. Beside a usable reciprocal a decimal stays as printed: 0.3 beside 3.2 isn't 1/3."""
    printed = answer.why is not None and answer.value is not None and facing.value is not None
    if (diagonal and answer.why is not None) or printed:
        return text.strip().lstrip("'=")
    return answer.value


def _questionnaires(paths: Sequence[Path]) -> Read:
    filled = [read_questionnaire(path) for path in paths]
    remarks = tuple(
        say(f"{each.source}：{remark.zh}", f"{each.source}: {remark.en}") for each in filled for remark in each.remarks
    )  # fmt: skip
    source = ", ".join(map(str, paths))
    with explaining(told(remarks)):
        if not any(each.answered for each in filled):
            raise unusable(source) if remarks else _unfilled(source)
        read_as = document(filled[0].document() if len(filled) == 1 else joined(filled), source)
    return replace(read_as, remarks=remarks), filled[0].labels


def _unfilled(source: str) -> UsageError:
    return UsageError(
        say("问卷还没有填写。", "Nothing has been filled in yet."),
        where=source,
        next_=say("在每一对旁选一个选项。", "Make a choice beside each pair."),
    )


def _survey(found: Survey, source: str) -> Document:
    remarks = tuple(_remarks(found))
    with explaining(remarks):
        read_as = document(found.document(), source)
    return replace(read_as, remarks=remarks)


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
    yield from told([remark.placed for remark in found.refused])
