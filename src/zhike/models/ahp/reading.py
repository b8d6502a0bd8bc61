"""Documents: a model's judgements as JSON or TOML, read into a hierarchy.

    {"criteria": ["价格", "速度", "服务"], "matrix": [[1, 3, null], [null, 1, "1/2"], [null, null, 1]]}

`matrix[i][j]` is how important i is over j; null (in TOML "" or nan) where it wasn't judged; one triangle is enough. Optional, at
any level: `experts` ([{"name", "weight", "matrix"}, …], then `matrix` isn't needed), `children` ({criterion: {…}}), `method`,
`random_index`, `scale` ("saaty" or "verbal", where words of the scale may stand for numbers), and `goal`, a name.
`name`, `title`, `description` and `notes`, and an expert's `role`, may stand there and aren't used; a remark says so.
Method, table and scale hold for what is below, until that says otherwise.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.models.ahp.consistency import METHOD_ALIASES, METHODS
from zhike.models.ahp.groups import Expert
from zhike.models.ahp.hierarchy import Node
from zhike.models.ahp.judgements import Judgements, Value, judgements
from zhike.models.ahp.near import canonical, suggestion
from zhike.models.ahp.random_index import ALIASES, NAMES
from zhike.models.ahp.verbal import WORDS, verbal

MOST_LEVELS = 50
SCALES = ("saaty", "verbal")
_UNUSED = ("name", "title", "description", "notes")  # what people write into documents for each other
_KEYS = ("criteria", "matrix", "experts", "children", "method", "random_index", "scale", "goal")
_NONE: Mapping[str, str] = {}
_EXPERT_KEYS = ("name", "weight", "matrix")


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What a file holds: a hierarchy, where it came from, and what is to be said of the reading (rows left out, and why)."""

    model: Node
    source: str
    remarks: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a document something stands, how deep, and what holds there unless it says otherwise."""

    where: str
    name: str = ""
    level: int = 1
    scale: str = SCALES[0]

    def below(self, name: str) -> _Place:
        """Return the place of a child or an expert."""
        return replace(self, where=f"{self.where} › {name}", name=name, level=self.level + 1)


def read(path: Path) -> Document:
    """Read a document by its suffix. Raises UsageError where it can't be read or isn't a model."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UsageError(
            say(
                f"不认识的文件类型：{path.suffix or path.name}。",
                f"Unknown kind of file: {path.suffix or path.name}.",
            ),
            where=str(path),
            next_=suggestion(path.suffix.lower(), tuple(READERS)),
        )
    return reader(path)


def read_json(path: Path) -> Document:
    """Read a JSON document. Raises UsageError."""
    return from_json(_text(path), str(path))


def read_toml(path: Path) -> Document:
    """Read a TOML document. Raises UsageError."""
    return from_toml(_text(path), str(path))


READERS: Mapping[str, Callable[[Path], Document]] = {".json": read_json, ".toml": read_toml}


def from_json(text: str, source: str) -> Document:
    """Read the text of a JSON document; `source` is told in errors. Raises UsageError."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _unreadable("JSON", str(error), source) from None
    return document(value, source)


def from_toml(text: str, source: str) -> Document:
    """Read the text of a TOML document; `source` is told in errors. Raises UsageError."""
    try:
        value = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _unreadable("TOML", str(error), source) from None
    return document(value, source)


def from_text(text: str, source: str) -> Document:
    """Read a document of which only the text is known: JSON where it begins with a brace, else TOML. Raises UsageError."""
    return (from_json if text.lstrip()[:1] in ("{", "[", "") else from_toml)(text, source)


def document(value: object, source: str) -> Document:
    """Read a document from what JSON or TOML gave. Raises UsageError, naming file, node and entry."""
    return Document(_node(value, _Place(source)), source)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            say("文件不是 UTF-8 编码。", "The file is not UTF-8."),
            where=str(path),
            next_=say("请另存为 UTF-8。", "Save it as UTF-8."),
        ) from None
    except OSError as error:
        raise UsageError(
            say(f"文件打不开：{error.strerror}。", f"The file can't be opened: {error.strerror}."),
            where=str(path),
        ) from None


def _unreadable(kind: str, error: str, source: str) -> UsageError:
    blank = "null" if kind == "JSON" else '""'
    return UsageError(
        say(f"不是有效的 {kind}：{error}。", f"Not valid {kind}: {error}."),
        where=source,
        next_=say(
            f"改正所说之处；未判断的写 {blank}。",
            f"Mend the place named; write {blank} where nothing was judged.",
        ),
    )


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    out = dict(pairs)
    if len(out) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"key occurs twice: {next(n for n in names if names.count(n) > 1)!r}")
    return out


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number; write null where a pair was not judged")


def _node(value: object, place: _Place) -> Node:
    given = _object(value, place, _KEYS, _UNUSED)
    if place.level > MOST_LEVELS:
        raise UsageError(
            say(f"层次超过 {MOST_LEVELS} 层。", f"More than {MOST_LEVELS} levels."), where=place.where[:200]
        )
    scale = _choice(given, "scale", SCALES, place)
    place = replace(place, scale=scale or place.scale)
    items = _names(given.get("criteria"), place)
    experts = _experts(given.get("experts"), items, place)
    return Node(
        name=_goal(given, place),
        items=items,
        judgements=None if experts else _judged(given, items, place),
        experts=experts,
        children=_children(given.get("children"), items, place),
        method=_choice(given, "method", METHODS, place, METHOD_ALIASES),
        random_index=_choice(given, "random_index", NAMES, place, ALIASES),
        remarks=tuple(_ignored(given, experts)),
        where=place.where,
    )


def _ignored(given: Mapping[str, object], experts: tuple[Expert, ...]) -> Iterator[Said]:
    if experts and given.get("matrix") is not None:
        yield say(
            "已给出专家的判断，因此不用 matrix。",
            "Experts' judgements are given, so the matrix beside them isn't used.",
        )
    unused = [key for key in _UNUSED if key in given]
    if unused:
        yield say(f"这些键不使用：{'、'.join(unused)}。", f"Keys that aren't used: {', '.join(unused)}.")
    listed = given.get("experts")
    if isinstance(listed, list) and any("role" in each for each in listed):
        yield say("专家的 role 不使用。", "The role of an expert isn't used.")


def _goal(given: Mapping[str, object], place: _Place) -> str:
    goal = given.get("goal", place.name or "AHP")
    if not isinstance(goal, str):
        raise UsageError(say("goal 须是文字。", "goal must be text."), where=place.where)
    return goal


def _object(
    value: object, place: _Place, keys: Sequence[str], unused: Sequence[str] = ()
) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise UsageError(
            say("这里应是一个对象（键与值）。", "Here an object (keys and values) is expected."),
            where=place.where,
        )
    for key in value:
        if key not in keys and key not in unused:
            raise UsageError(
                say(f"不认识的键“{key}”。", f"Unknown key '{key}'."),
                where=place.where,
                next_=suggestion(key, keys),
            )
    return value


def _choice(
    given: Mapping[str, object],
    key: str,
    choices: Sequence[str],
    place: _Place,
    aliases: Mapping[str, str] = _NONE,
) -> str | None:
    value = given.get(key)
    found = canonical(value, choices, aliases)
    if value is None or found is not None:
        return found
    raise UsageError(
        say(f"{key} 不能是“{value}”。", f"{key} can't be '{value}'."),
        where=place.where,
        next_=suggestion(value, choices),
    )


def _names(value: object, place: _Place) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise UsageError(
            say("criteria 须是名称的列表。", "criteria must be a list of names."),
            where=place.where,
            next_=say('例如 "criteria": ["价格", "速度"]。', 'For example "criteria": ["price", "speed"].'),
        )
    return tuple(name.strip() for name in value)


def _judged(
    given: Mapping[str, object], items: tuple[str, ...], place: _Place, *, connected: bool = True
) -> Judgements:
    matrix = given.get("matrix")
    if matrix is None and len(items) == 1:
        matrix = [[1]]
    if not isinstance(matrix, list):
        raise UsageError(
            say(
                "缺少 matrix：每项一行、每行一列的表。",
                "There is no matrix: a row an item, a column an item.",
            ),
            where=place.where,
            next_=say(
                "写 matrix 或 experts，未判断的写 null。",
                "Give matrix or experts; write null where nothing was judged.",
            ),
        )
    if place.scale == "verbal":
        matrix = [[_said(v, place) for v in row] if isinstance(row, list) else row for row in matrix]
    return judgements(items, matrix, where=place.where, connected=connected)


def _said(value: Value, place: _Place) -> Value:
    """Return what a word of the scale stands for; what isn't a word stays as it is."""
    if not isinstance(value, str) or not value.strip() or value.strip()[0].isdigit():
        return value
    number = verbal(value)
    if number is None:
        raise UsageError(
            say(f"“{value}”不是标度里的词。", f"'{value}' is no word of the scale."),
            where=place.where,
            next_=suggestion(value.lower(), tuple(WORDS)),
        )
    return number


def _experts(value: object, items: tuple[str, ...], place: _Place) -> tuple[Expert, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        raise UsageError(
            say("experts 须是专家的列表。", "experts must be a list of experts."), where=place.where
        )
    experts = tuple(_expert(k + 1, each, items, place) for k, each in enumerate(value))
    names = [e.name for e in experts]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            say(f"专家名重复：{twice}。", f"An expert's name occurs twice: {twice}."),
            where=place.where,
            next_=say("给每位专家一个自己的名称。", "Give each expert a name of his own."),
        )
    if not any(e.weight > 0 for e in experts):
        raise UsageError(
            say("没有一位专家的话语权大于 0。", "No expert has a weight above 0."),
            where=place.where,
            next_=say("至少给一位专家正的 weight。", "Give at least one expert a positive weight."),
        )
    return experts


def _expert(number: int, value: object, items: tuple[str, ...], place: _Place) -> Expert:
    given = _object(value, place.below(f"experts[{number - 1}]"), _EXPERT_KEYS, ("role",))
    name = given.get("name", f"#{number}")
    if not isinstance(name, str) or not name.strip():
        raise UsageError(
            say(f"第 {number} 位专家的名称须是文字。", f"The name of expert {number} must be text."),
            where=place.where,
        )
    name = name.strip()
    there = place.below(name)
    weight = given.get("weight", 1.0)
    if (
        isinstance(weight, bool)
        or not isinstance(weight, int | float)
        or not 0 <= weight <= sys.float_info.max
    ):
        raise UsageError(
            say(
                f"话语权 {weight!r} 不是非负的有限数。",
                f"The weight {weight!r} is not a finite number from 0 on.",
            ),
            where=there.where,
            next_=say("写 0（不计入）或正数。", "Write 0 (not counted) or a positive number."),
        )
    return Expert(name, float(weight), _judged(given, items, there, connected=False))


def _children(value: object, items: tuple[str, ...], place: _Place) -> Mapping[str, Node]:
    if value is None:
        return {}
    there = replace(place, where=f"{place.where} › children")
    given = _object(_stripped(value, there), there, items)
    return {item: _node(given[item], place.below(item)) for item in items if item in given}


def _stripped(value: object, place: _Place) -> object:
    """Return children by their names without spaces around them."""
    if not isinstance(value, Mapping):
        return value
    out = {str(name).strip(): child for name, child in value.items()}
    if len(out) < len(value):
        raise UsageError(
            say(
                "有两个子层同名（不计首尾空格）。",
                "Two children have the same name but for spaces around it.",
            ),
            where=place.where,
            next_=say("只留一个。", "Keep one of them."),
        )
    return out
