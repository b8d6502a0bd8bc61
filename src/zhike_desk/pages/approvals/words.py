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
FIELDS: Mapping[str, tuple[str, str]] = {
    "branch_id": ("营业部", "Branch"),
    "client_id": ("客户", "Client"),
    "clients": ("客户", "Clients"),
    "deputy_id": ("代行人编号", "Deputy's number"),
    "display_name": ("姓名", "Name"),
    "do": ("操作", "Act"),
    "drop": ("数据批次", "Drop"),
    "feed": ("来源", "Feed"),
    "fields": ("改为", "Becomes"),
    "folder": ("上传批次", "Upload"),
    "form": ("格式", "Format"),
    "from_staff": ("原服务人员", "From staff"),
    "given": ("客户同意", "Client agrees"),
    "identity": ("未脱敏字段", "Unmasked fields"),
    "is_active": ("可登录", "May sign in"),
    "kind": ("种类", "Kind"),
    "kinds": ("适用客户", "For clients"),
    "language": ("语言", "Language"),
    "of": ("名单", "List"),
    "panel": ("评议", "Panel"),
    "purpose": ("用途", "Purpose"),
    "query": ("筛选", "Filters"),
    "reason": ("原因", "Reason"),
    "role": ("角色", "Role"),
    "rows": ("行数", "Rows"),
    "staff_id": ("员工编号", "Staff number"),
    "to_staff": ("新服务人员", "To staff"),
    "until": ("截止", "Until"),
    "user_id": ("用户编号", "User's number"),
    "username": ("用户名", "Username"),
    "values": ("设置", "Settings"),
    "version": ("模型版本", "Version"),
}
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
        (field(name), written(name, value, staff))
        for name, value in payload.items()
        if name not in HIDDEN and value not in ("", [], {}, None)
    ]


def field(name: str) -> str:
    """Name a field of a request."""
    return told(*FIELDS[name]) if name in FIELDS else name


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
        return ", ".join(f"{field(k)}: {written(k, v, names)}" for k, v in list(value.items())[:_LONGEST])
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
