"""`zhike ahp new NAME.xlsx`: a questionnaire to be filled in by experts."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.cli.output import safe, tell


def write_new(name: str, of: str | None, filled: bool) -> int:
    """Write the questionnaire of a default hierarchy, which the file's name tells, or of the user's own."""
    from zhike.models.ahp.questionnaire import write_questionnaire

    path = Path(name)
    if path.suffix.lower() != ".xlsx":
        raise UsageError(
            say(f"问卷须命名为 .xlsx，而不是“{path.name}”。", f"A questionnaire is named .xlsx, not '{path.name}'."),
            next_=say("例如 zhike ahp new individual.xlsx。", "For example zhike ahp new individual.xlsx."),
        )  # fmt: skip
    document, labels = _default(path) if of is None else (_own(Path(of)), {})
    asked = write_questionnaire(path, document, labels=labels, filled=filled)
    pairs = sum(len(question.pairs) for question in asked)
    tell(
        f"已写出 {safe(str(path))}：{len(asked)} 层，{pairs} 对。填好后运行 zhike ahp {safe(path.name)}。",
        f"{safe(str(path))} is written: {len(asked)} levels, {pairs} pairs. Once filled in: zhike ahp {safe(path.name)}.",
    )
    return 0


def _default(path: Path) -> tuple[Mapping[str, Any], Mapping[str, Said]]:
    from zhike.models.value.defaults import KINDS, template

    kind = next((kind for kind in KINDS if kind in path.stem.lower()), None)
    if kind is None:
        raise UsageError(
            say(f"“{path.name}”没有说明是哪个层次结构。", f"'{path.name}' doesn't say which hierarchy is meant."),
            next_=say(
                f"文件名中写 {' 或 '.join(KINDS)}，或用 --of 指明自己的层次文件。",
                f"Put {' or '.join(KINDS)} into the name, or give your own hierarchy with --of FILE.",
            ),
        )  # fmt: skip
    found = template(kind)
    return found.document, found.labels


def _own(path: Path) -> Mapping[str, Any]:
    """Read the user's hierarchy; its judgements may be missing, so it is no document yet that could be weighed."""
    try:
        text = path.read_text("utf-8-sig")
        found = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except FileNotFoundError:
        raise UsageError(say("没有这个文件。", "There is no such file."), where=str(path)) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(
            say(f"不是有效的 JSON 或 TOML：{error}。", f"Not valid JSON or TOML: {error}."), where=str(path)
        ) from None
    if not isinstance(found, Mapping):
        raise UsageError(
            say("层次文件应是一个带 criteria 的对象。", "A hierarchy is an object with `criteria`."), where=str(path)
        )  # fmt: skip
    return found
