"""How what an approval would do is called: its fields, and the values that are names of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from zhike_desk.records import masking
from zhike_desk.records.wording import CONSENTS
from zhike_desk.ui.speech import told
from zhike_desk.ui.words import word

HIDDEN = ("words", "document", "seen")
"""What the act needs and nobody reads: the words of an export's columns, a whole document (linked instead), versions."""
_VALUES: Mapping[str, tuple[str, str]] = {
    "add": ("新增", "Add"),
    "change": ("修改", "Change"),
    "password": ("重置密码", "Reset the password"),
    "import": ("导入", "Take in"),
    "undo": ("撤回", "Take back"),
    "frozen": ("封存", "Freeze"),
    "erased": ("删除客户信息", "Erase"),
    "lift": ("解除", "Lift"),
    "clients": ("客户", "Clients"),
    "tasks": ("任务", "Tasks"),
    "zh": ("中文", "Chinese"),
    "en": ("英文", "English"),
}
_OURS = ("do", "kind", "language", "of")
STAFF = ("from_staff", "to_staff")
"""Fields that name staff by number: one of them, or client → one of them."""
_LONGEST = 20
_NOBODY: Mapping[str, str] = {}


def lines(payload: Mapping[str, object], staff: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what would be done, field by field, in the request's language; a settings' or fields' own name stays a code.

    `staff` names those whose numbers stand in it.
    """
    return [
        (word("field", name), written(name, value, staff))
        for name, value in payload.items()
        if name not in HIDDEN and value not in ("", [], {}, None)
    ]


def written(name: str, value: object, names: Mapping[str, str] = _NOBODY) -> str:
    """Write a value of a request: lists to twenty entries, yes or no, classes and staff by their names."""
    if name in STAFF:
        return _staff(value, names)
    if isinstance(value, bool):
        return told("是", "yes") if value else told("否", "no")
    if isinstance(value, list):
        value = [word("identity", str(v)) for v in value] if name == "identity" else value
        more = f" … ({len(value)})" if len(value) > _LONGEST else ""
        return ", ".join(str(v) for v in value[:_LONGEST]) + more
    if isinstance(value, dict):
        return ", ".join(
            f"{word('field', k)}: {written(k, v, names)}" for k, v in list(value.items())[:_LONGEST]
        )
    text = masking.query(str(value)) if name == "query" else str(value)
    if name == "kind" and text in CONSENTS:
        return word("consent", text)
    if name == "role":
        return word("role", text)
    return told(*_VALUES[text]) if name in _OURS and text in _VALUES else text


def _staff(value: object, names: Mapping[str, str]) -> str:
    """Name who takes clients on, or say who has served how many of them."""
    if not isinstance(value, Mapping):
        return f"{names.get(str(value), str(value))} · {value}"
    counted = Counter(str(number) for number in value.values()).most_common()
    said = [(names.get(number, number) or "—", many) for number, many in counted]
    return told("、", ", ").join(told(f"{name} {many:,} 位", f"{name} {many:,}") for name, many in said)
