"""How acts are called: an act's name in the log → what was done; the kind of its object → what it was done to; rooms of acts to filter by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhike_desk.records.queries.jobs import KINDS
from zhike_desk.records.wording import CONSENTS
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.words import word

_GROUPS = {"medium": "medium", "role": "role", "severity": "severity", "field": "identity"}
"""Fields whose values are classes with names of their own."""

ROOMS: dict[str, tuple[str, str]] = {
    "client.": ("客户", "Clients"),
    "contact.": ("联系", "Contacts"),
    "complaint.": ("投诉", "Complaints"),
    "survey.": ("客户评价", "Clients' answers"),
    "task.": ("任务", "Tasks"),
    "note.": ("备注", "Notes"),
    "tag.": ("标签", "Tags"),
    "bulk.": ("批量操作", "Bulk acts"),
    "undo": ("撤销", "Undoing"),
    "consent.": ("授权", "Consent"),
    "suitability.": ("风险测评", "Risk assessments"),
    "export.": ("导出", "Exports"),
    "approval.": ("审批", "Approvals"),
    "ahp.": ("价值模型", "Models of value"),
    "night.": ("夜间结果", "Nights"),
    "drop.": ("数据文件", "Files"),
    "job.": ("后台任务", "Jobs"),
    "user.": ("用户", "Users"),
    "users.": ("账号（服务器上）", "Accounts, at the machine"),
    "session.": ("登录", "Sign-ins"),
    "factor.": ("两步验证", "Second factors"),
    "token.": ("令牌", "Tokens"),
    "settings.": ("设置", "Settings"),
    "view.": ("视图", "Views"),
    "deputy.": ("代行人", "Deputies"),
    "restore": ("恢复", "Restoring"),
}
ACTS: dict[str, tuple[str, str]] = {
    "ahp.begin": ("发起评议", "Began a panel"),
    "ahp.compared": ("比较新旧模型", "Compared two models"),
    "ahp.dismiss": ("移出专家", "Dismissed an expert"),
    "ahp.drop": ("放弃评议", "Dropped a panel"),
    "ahp.invite": ("邀请专家", "Invited an expert"),
    "ahp.judge": ("提交判断", "Judged a pair"),
    "ahp.publish": ("发布价值模型", "Published a model of value"),
    "ahp.remind": ("提醒专家", "Reminded an expert"),
    "ahp.weigh": ("设定专家权重", "Weighed an expert"),
    "approval.ask": ("提出申请", "Asked for approval"),
    "approval.done": ("批准申请", "Approved"),
    "approval.refused": ("拒绝申请", "Refused"),
    "approval.withdrawn": ("撤回申请", "Withdrew a request"),
    "bulk.ask": ("提交批量操作", "Asked for a bulk act"),
    "bulk.ask_back": ("提交批量撤销", "Asked to undo a bulk act"),
    "client.hold": ("封存、删除或解除封存", "Froze, erased or freed a client"),
    "client.move": ("移交客户", "Handed a client over"),
    "client.reveal": ("查看未脱敏信息", "Revealed a field"),
    "client.view": ("查看客户", "Saw a client"),
    "complaint.acknowledge": ("首次答复投诉", "First answered a complaint"),
    "complaint.close": ("办结投诉", "Closed a complaint"),
    "complaint.receive": ("受理投诉", "Received a complaint"),
    "consent.write": ("登记授权", "Entered consent"),
    "contact.edit": ("修改联系", "Edited a contact"),
    "contact.log": ("登记联系", "Logged a contact"),
    "deputy.end": ("结束代行", "Ended a deputy's time"),
    "deputy.name": ("指定代行人", "Named a deputy"),
    "drop.mapping": ("修改列映射", "Changed a mapping"),
    "drop.throw": ("删除上传的文件", "Threw an upload away"),
    "drop.upload": ("上传数据文件", "Uploaded files"),
    "export.approved": ("导出获批", "Export approved"),
    "export.download": ("下载导出文件", "Downloaded an export"),
    "export.made": ("导出文件已生成", "Export made"),
    "export.small": ("直接导出", "Took a list out"),
    "factor.add": ("添加两步验证方式", "Added a second factor"),
    "factor.change": ("重新生成恢复码", "Made new recovery codes"),
    "factor.remove": ("移除两步验证方式", "Removed a second factor"),
    "job.ask": ("提交后台任务", "Asked for a job"),
    "job.cancel": ("取消后台任务", "Cancelled a job"),
    "job.end": ("后台任务结束", "Job ended"),
    "night.publish": ("载入夜间结果", "Loaded a night"),
    "note.add": ("新增备注", "Added a note"),
    "note.edit": ("修改备注", "Edited a note"),
    "note.remove": ("删除备注", "Removed a note"),
    "restore": ("从备份恢复", "Restored from a backup"),
    "session.begin": ("登录", "Signed in"),
    "session.end": ("退出登录", "Signed out"),
    "session.refused": ("登录失败", "Failed to sign in"),
    "settings.write": ("修改设置", "Changed a setting"),
    "suitability.write": ("登记风险测评", "Entered a risk assessment"),
    "survey.answer": ("登记客户评价", "Entered a client's answer"),
    "tag.add": ("添加标签", "Added a tag"),
    "tag.remove": ("移除标签", "Removed a tag"),
    "task.accept": ("接受建议为任务", "Accepted a proposal"),
    "task.add": ("新建任务", "Added a task"),
    "task.done": ("完成任务", "Closed a task"),
    "task.dropped": ("放弃任务", "Dropped a task"),
    "task.move": ("任务改期或转交", "Moved a task"),
    "token.create": ("新建令牌", "Made a token"),
    "token.revoke": ("吊销令牌", "Revoked a token"),
    "undo": ("撤销操作", "Undid an act"),
    "user.add": ("新增用户", "Added a user"),
    "user.change": ("修改用户", "Changed a user"),
    "user.password": ("更换密码", "Changed a password"),
    "users.write": ("变更账号（服务器上）", "Changed an account, at the machine"),
    "view.change": ("修改视图", "Changed a view"),
    "view.delete": ("删除视图", "Deleted a view"),
    "view.save": ("保存视图", "Saved a view"),
}
OBJECTS: dict[str, tuple[str, str]] = {
    "approval": ("申请", "Request"),
    "backup": ("备份", "Backup"),
    "client": ("客户", "Client"),
    "clients": ("客户数", "Clients, how many"),
    "demo-account": ("演示账号", "Demo account"),
    "drop": ("上传批次", "Upload"),
    "factor": ("验证方式", "Second factor"),
    "inverse": ("撤销记录", "Undoing"),
    "job": ("后台任务", "Job"),
    "panel": ("评议", "Panel"),
    "publication": ("夜间结果", "Night"),
    "setting": ("设置", "Setting"),
    "sums": ("汇总表", "Table of sums"),
    "task": ("任务", "Task"),
    "tasks": ("任务数", "Tasks, how many"),
    "token": ("令牌", "Token"),
    "user": ("账号", "Account"),
    "view": ("视图", "View"),
}


def named(action: str) -> str:
    """Name an act in the request's language; one of a release that is not known stays as the log has it."""
    return told(*ACTS[action]) if action in ACTS else action


def whom(kind: str) -> str:
    """Name what an act was done to, in the request's language."""
    return told(*OBJECTS[kind]) if kind in OBJECTS else kind


def details(told_of: Mapping[str, Any]) -> str:
    """Write what an act's row tells besides, field by field, in the request's language; codes of ours stay codes."""
    mark = told("：", ": ")
    parts = [
        f"{word('field', name)}{mark}{_written(name, value)}"
        for name, value in told_of.items()
        if value is not None and value != ""
    ]
    return told("；", "; ").join(parts)


def _written(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return told("是", "yes") if value else told("否", "no")
    if isinstance(value, list):
        return ", ".join(_written(name, v) for v in value)
    if isinstance(value, Mapping):
        return details(value)
    text = str(value)
    if name == "of":
        return named(text)
    if name == "kind" and text in KINDS:
        return said(KINDS[text])
    if name == "kind" and text in CONSENTS:
        return word("consent", text)
    return word(_GROUPS[name], text) if name in _GROUPS else text
