"""Many people's answers in one file, long or wide, screened: what can't be meant is told and never used.

Wide: a row a person, a column a pair ("price vs quality", "价格 对 质量"), the first column who it was; Long: the contract's
table `judgement`, a row an answer (`left`, `right`, `value`, and where there are `expert_id`, `parent`, `model_id` and `at`). In both a
column `weight` (权重) may say how much each person counts. An answer that is refused becomes missing. Answers to one pair by one person count once where they
say the same; where they differ the later one counts (`at`), and none where nobody can tell which is later.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.datacentre.mapping.aliases import builtin_aliases
from zhike.datacentre.mapping.names import normalise
from zhike.datacentre.texts import as_stamp
from zhike.models.ahp.answers import read_answer
from zhike.models.ahp.cells import Sheet, read_sheets
from zhike.models.ahp.refusals import explained, told, unusable

Floats = npt.NDArray[np.float64]
_PAIR = re.compile(r"(.+?)\s+(?:vs\.?|v\.?|versus|对比|对|比)\s+(.+)", re.IGNORECASE)
_WEIGHTS = frozenset(map(normalise, ("weight", "权重")))
_LONG = ("left", "right", "value")  # what a long file must have
_ONE = "1"  # who answered a long file that doesn't say who
_SAME = 1e-9  # relative: two answers this near say the same


@dataclass(frozen=True, slots=True)
class Remark:
    """One answer that isn't used as it was written: read as another number (`value`), or not at all (None)."""

    line: int
    expert: str
    parent: str
    left: str
    right: str
    text: str
    value: float | None
    why: Said

    @property
    def placed(self) -> Said:
        """Return the reason with line, person and pair in front."""
        named = [part for part in (self.expert, f"{self.left} / {self.right}") if part]
        return say(
            f"第 {self.line} 行，{'，'.join(named)}：{self.why.zh}",
            f"Line {self.line}, {', '.join(named)}: {self.why.en}",
        )


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What people said about the items of one node; `parent` is "" for the goal.

    `matrices` (people × n × n): how many times as important item i is as item j; NaN where not judged, or not usable.
    """

    parent: str
    items: tuple[str, ...]
    experts: tuple[str, ...]
    weights: tuple[float, ...]
    matrices: Floats

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Tell of each person (people,) whether every pair has a usable answer."""
        return np.array([not np.isnan(matrix).any() for matrix in self.matrices])


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """Answers by node, the goal first; what was remarked; who answered nothing; the columns that hold no answers.

    `repeated`: who stands in several rows of a wide file, and so answered the same pairs more than once.
    """

    nodes: tuple[Answers, ...]
    remarks: tuple[Remark, ...]
    silent: tuple[str, ...]
    repeated: tuple[str, ...]
    unused: tuple[str, ...]

    @property
    def refused(self) -> tuple[Remark, ...]:
        """Return the answers that are not used."""
        return tuple(remark for remark in self.remarks if remark.value is None)

    def document(self) -> dict[str, Any]:
        """Return the hierarchy with its experts, as JSON says it. Raises UsageError where the nodes aren't one tree."""
        by_parent = {node.parent: node for node in self.nodes}
        items = {item for node in self.nodes for item in node.items}
        roots = [parent for parent in by_parent if parent not in items]
        if len(roots) != 1:
            raise UsageError(
                say(f"应有一个总目标，却有：{'、'.join(roots) or '无'}。", f"There must be one goal; here are: {', '.join(roots) or 'none'}.")
            )  # fmt: skip
        reached = set[str]()
        document = _branch(by_parent, roots[0], reached)
        if len(reached) < len(by_parent):
            lost = ", ".join(sorted(set(by_parent) - reached))
            raise UsageError(
                say(f"这些准则不在总目标之下：{lost}。", f"These aren't below the goal: {lost}.")
            )
        return document


@dataclass(frozen=True, slots=True)
class _Given:
    """One answer as it stands in the file."""

    line: int
    expert: str
    weight: float | None
    model: str
    parent: str
    left: str
    right: str
    text: str
    at: int | None = None


@dataclass(slots=True)
class _Screened:
    """The usable answers: (parent, expert, left, right) → number of times; and what was remarked on the way."""

    values: dict[tuple[str, str, str, str], float] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


def read_survey(path: Path, model: str = "") -> Survey:
    """Read a survey from a CSV or XLSX file, as `survey_of` does its sheets."""
    return survey_of(read_sheets(path), path, model)


def survey_of(sheets: Sequence[Sheet], path: Path, model: str = "") -> Survey:
    """Read a survey from the sheets of a file; of a long one that answers for several models, the one named `model`.

    Raises UsageError where no sheet holds answers, several do, several models are answered for and none is named, or a weight is no
    number from 0 on; InputRejected for a file that the data centre refuses.
    """
    found = [(sheet, kind) for sheet in sheets if (kind := _kind(sheet)) is not None]
    if len(found) != 1:
        raise _unrecognised(path, [sheet.name for sheet, _ in found])
    sheet, columns = found[0]
    given = list(_long(sheet, columns, path) if columns else _wide(sheet, path))
    if columns:
        given = _of_model(given, model, path)
    unused = (
        set(range(len(sheet.header))) - {*columns.values(), _weights(sheet)}
        if columns
        else set(_others(sheet))
    )
    rows = Counter(expert for expert, _ in dict.fromkeys((g.expert, g.line) for g in given))
    repeated = tuple(expert for expert, count in rows.items() if count > 1 and not columns)
    return _survey(given, repeated, tuple(sheet.header[j] for j in sorted(unused) if sheet.header[j]), path)


def _kind(sheet: Sheet) -> Mapping[str, int] | None:
    """Return the columns of a long table by their names in the contract, {} for a wide one, None for neither."""
    columns = _contract_columns(sheet)
    if all(name in columns for name in _LONG):
        return columns
    return {} if any(_PAIR.fullmatch(name.strip()) for name in sheet.header) else None


def _contract_columns(sheet: Sheet) -> dict[str, int]:
    homes = next(p for p in builtin_aliases().profiles if p.name == "judgement").homes
    named = {normalise(name): j for j, name in enumerate(sheet.header)}
    best = dict[str, tuple[int, int]]()
    for key, j in named.items():
        home = homes.get(key)
        if home is not None and (home.column not in best or home.rank < best[home.column][0]):
            best[home.column] = home.rank, j
    return {column: j for column, (_, j) in best.items()}


def _long(sheet: Sheet, columns: Mapping[str, int], path: Path) -> Iterator[_Given]:
    weight = _weights(sheet)
    for line, row in zip(sheet.lines, sheet.rows, strict=True):
        cell = {name: row[j].strip() for name, j in columns.items()}
        at = as_stamp(cell.get("at", "")).value
        yield _Given(
            line, cell.get("expert_id", _ONE), _weight(row, weight, line, path), cell.get("model_id", ""), cell.get("parent", ""), cell["left"],
            cell["right"], cell["value"], at if isinstance(at, int) else None,
        )  # fmt: skip


def _wide(sheet: Sheet, path: Path) -> Iterator[_Given]:
    pairs = {j: m for j, name in enumerate(sheet.header) if (m := _PAIR.fullmatch(name.strip()))}
    weight = _weights(sheet)
    for line, row in zip(sheet.lines, sheet.rows, strict=True):
        expert = (row[0].strip() if 0 not in pairs else "") or f"#{line}"
        counts = _weight(row, weight, line, path)
        for j, names in pairs.items():
            yield _Given(line, expert, counts, "", "", names[1].strip(), names[2].strip(), row[j])


def _others(sheet: Sheet) -> Iterator[int]:
    for j, name in enumerate(sheet.header):
        if j and not _PAIR.fullmatch(name.strip()) and normalise(name) not in _WEIGHTS:
            yield j


def _weights(sheet: Sheet) -> int | None:
    """Return the column that says how much each person counts, None where there is none."""
    return next((j for j, name in enumerate(sheet.header) if normalise(name) in _WEIGHTS), None)


def _weight(row: Sequence[str], column: int | None, line: int, path: Path) -> float | None:
    text = "" if column is None else row[column].strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise UsageError(
            say(f"权重“{text}”不是非负数。", f"The weight '{text}' is no number from 0 on."),
            where=f"{path} line {line}",
            next_=say("写 0（不计入）或正数。", "Write 0 (not counted) or a positive number."),
        )
    return value


def _of_model(given: list[_Given], model: str, path: Path) -> list[_Given]:
    models = sorted({each.model for each in given})
    if model and model not in models:
        raise UsageError(
            say(f"文件中没有模型“{model}”。", f"The file has no model '{model}'."),
            where=str(path),
            next_=say(f"可选：{'、'.join(models)}。", f"There are: {', '.join(models)}."),
        )
    if not model and len(models) > 1:
        raise UsageError(
            say(f"文件中有多个模型：{'、'.join(models)}。", f"The file answers for several models: {', '.join(models)}."),
            where=str(path),
            next_=say("请指明其中一个。", "Name one of them."),
        )  # fmt: skip
    return [each for each in given if not model or each.model == model]


def _survey(
    given: Sequence[_Given], repeated: tuple[str, ...], unused: tuple[str, ...], path: Path
) -> Survey:
    screened = _screened(given)
    order = dict.fromkeys(each.parent for each in given)
    nodes = [_answers(parent, [g for g in given if g.parent == parent], screened) for parent in order]
    heard = {expert for _, expert, _, _ in screened.values} | {r.expert for r in screened.remarks}
    silent = tuple(dict.fromkeys(each.expert for each in given if each.expert not in heard))
    inner = {item for node in nodes if node for item in node.items}
    known = sorted((node for node in nodes if node), key=lambda node: node.parent in inner)
    remarks = tuple(sorted(screened.remarks, key=lambda r: r.line))
    if not known:
        raise explained(unusable(str(path)), told([remark.placed for remark in remarks]))
    return Survey(tuple(known), remarks, silent, repeated, unused)


def _screened(given: Iterable[_Given]) -> _Screened:
    """Read every answer; bring each pair of one person to one value, or none."""
    out, told = _Screened(), defaultdict[tuple[str, str, frozenset[str]], list[tuple[_Given, float]]](list)
    for each in given:
        answer = read_answer(each.text)
        nameless = _nameless(each) if answer.value is not None else None
        why, value = nameless or answer.why, None if nameless else answer.value
        if why is not None:
            out.remarks.append(_remark(each, value, why))
        if value is not None:
            told[each.parent, each.expert, frozenset((each.left, each.right))].append((each, value))
    for (parent, expert, _), answers in told.items():
        chosen = _one(answers, out.remarks)
        if chosen is not None:
            first, value = chosen
            out.values[parent, expert, first.left, first.right] = value
    return out


def _nameless(each: _Given) -> Said | None:
    """Say why nobody can tell what an answer is about, None where one can."""
    if not each.expert:
        return say("没有写明是谁的回答。", "It doesn't say whose answer it is.")
    if each.left == each.right or not (each.left and each.right):
        return say("自己与自己比较，或缺少名称。", "It compares an item with itself, or with none.")
    return None


def _one(answers: list[tuple[_Given, float]], remarks: list[Remark]) -> tuple[_Given, float] | None:
    """Choose among one person's answers to one pair; the others, or all of them, are remarked upon."""
    first = answers[0][0]
    facing = [(each, v if each.left == first.left else 1 / v) for each, v in answers]
    if all(abs(v / facing[0][1] - 1) <= _SAME for _, v in facing):
        return first, facing[0][1]
    times = [each.at for each, _ in facing]
    known = [at for at in times if at is not None]
    if len(known) == len(times) and known.count(max(known)) == 1:
        late = known.index(max(known))
        why = say(
            "同一人后来改了判断，以后一次为准。", "The same person judged this pair again later; that counts."
        )
        remarks += [_remark(each, None, why) for each, _ in facing[:late] + facing[late + 1 :]]
        return first, facing[late][1]
    why = say(
        "同一人对这一对给出了不同的判断，均不采用。",
        "The same person answered this pair differently; neither is used.",
    )
    remarks += [_remark(each, None, why) for each, _ in facing]
    return None


def _remark(each: _Given, value: float | None, why: Said) -> Remark:
    return Remark(each.line, each.expert, each.parent, each.left, each.right, each.text, value, why)


def _answers(parent: str, given: Sequence[_Given], screened: _Screened) -> Answers | None:
    """Lay one node's usable answers out as matrices; people without any are left out."""
    items = tuple(dict.fromkeys(name for each in given for name in (each.left, each.right) if name))
    values = {key[1:]: value for key, value in screened.values.items() if key[0] == parent}
    weights = _counting(given)
    experts = tuple(dict.fromkeys(expert for expert, _, _ in values))
    if len(items) < 2 or not experts:
        return None
    row, column = {e: i for i, e in enumerate(experts)}, {item: i for i, item in enumerate(items)}
    matrices = np.full((len(experts), len(items), len(items)), np.nan)
    matrices[:, np.arange(len(items)), np.arange(len(items))] = 1
    for (expert, left, right), value in values.items():
        i, j = column[left], column[right]
        matrices[row[expert], i, j], matrices[row[expert], j, i] = value, 1 / value
    return Answers(parent, items, experts, tuple(weights.get(e, 1.0) for e in experts), matrices)


def _counting(given: Sequence[_Given]) -> dict[str, float]:
    """Return how much each person counts who says so. Raises UsageError where two rows say different things."""
    out = dict[str, float]()
    for each in given:
        if each.weight is not None and out.setdefault(each.expert, each.weight) != each.weight:
            raise UsageError(
                say(
                    f"“{each.expert}”有两个权重：{out[each.expert]:g} 与 {each.weight:g}。",
                    f"'{each.expert}' has two weights: {out[each.expert]:g} and {each.weight:g}.",
                ),
                where=f"line {each.line}",
                next_=say("同一人的权重请写成一样。", "Give one person one weight."),
            )
    return out


def _branch(nodes: Mapping[str, Answers], parent: str, reached: set[str]) -> dict[str, Any]:
    node = nodes[parent]
    reached.add(parent)
    experts = [
        {"name": name, "weight": weight, "matrix": _plain(matrix)}
        for name, weight, matrix in zip(node.experts, node.weights, node.matrices, strict=True)
    ]
    document: dict[str, Any] = {"criteria": list(node.items), "experts": experts}
    children = {
        item: _branch(nodes, item, reached) for item in node.items if item in nodes and item not in reached
    }
    return document | ({"children": children} if children else {})


def _plain(matrix: Floats) -> list[list[float | None]]:
    return [[None if math.isnan(v) else v for v in row] for row in matrix.tolist()]


def _unrecognised(path: Path, several: Sequence[str]) -> UsageError:
    if several:
        return UsageError(
            say(f"不止一张工作表有回答：{'、'.join(several)}。", f"More than one sheet holds answers: {', '.join(several)}."),
            where=str(path),
            next_=say("请把它们分成几个文件。", "Put them into files of their own."),
        )  # fmt: skip
    return UsageError(
        say("文件里没有两两比较的回答。", "The file holds no answers to pairwise questions."),
        where=str(path),
        next_=say(
            "列名请写成“A vs B”，每人一行；或每个回答一行：expert_id、parent、left、right、value；或一个首行首列为名称的方阵。",
            "Name columns 'A vs B', a row a person; or a row an answer: expert_id, parent, left, right, value; or a square matrix with the names above and before it.",
        ),
    )
