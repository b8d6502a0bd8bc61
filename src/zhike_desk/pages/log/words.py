"""How acts are called: an act's name in the log → its name for people; rooms of acts to filter by."""

from __future__ import annotations

from zhike_desk.ui.speech import told

ROOMS: dict[str, tuple[str, str]] = {
    "client.": ("客户", "Clients"),
    "contact.": ("联系", "Contacts"),
    "task.": ("任务", "Tasks"),
    "note.": ("备注", "Notes"),
    "tag.": ("标签", "Tags"),
    "consent.": ("授权", "Consent"),
    "export.": ("导出", "Exports"),
    "approval.": ("审批", "Approvals"),
    "ahp.": ("价值模型", "Models of value"),
    "night.": ("夜间运行", "Nights"),
    "drop.": ("数据文件", "Files"),
    "job.": ("后台任务", "Jobs"),
    "bulk.": ("批量操作", "Bulk acts"),
    "user.": ("用户", "Users"),
    "users.": ("用户", "Users"),
    "session.": ("登录", "Sign-ins"),
    "factor.": ("第二验证", "Second factors"),
    "token.": ("令牌", "Tokens"),
    "settings.": ("设置", "Settings"),
    "view.": ("视图", "Views"),
    "deputy.": ("代理人", "Deputies"),
}
_DOINGS: dict[str, tuple[str, str]] = {
    "accept": ("接受", "accepted"),
    "add": ("新增", "added"),
    "approved": ("获批", "approved"),
    "ask": ("提出", "asked for"),
    "ask_back": ("撤回", "taken back"),
    "asked": ("提出", "asked for"),
    "begin": ("发起", "begun"),
    "cancel": ("取消", "cancelled"),
    "change": ("修改", "changed"),
    "close": ("完成", "closed"),
    "compared": ("比较", "compared"),
    "create": ("新建", "made"),
    "delete": ("删除", "deleted"),
    "dismiss": ("移出", "dismissed"),
    "done": ("批准", "approved"),
    "download": ("下载", "downloaded"),
    "drop": ("放弃", "dropped"),
    "edit": ("修改", "edited"),
    "hold": ("冻结或注销", "frozen or erased"),
    "invite": ("邀请", "invited"),
    "judge": ("判断", "judged"),
    "large": ("申请", "asked for"),
    "log": ("登记", "logged"),
    "made": ("生成", "made"),
    "move": ("移交或改期", "moved"),
    "name": ("指定", "named"),
    "password": ("重置密码", "given a password"),
    "publish": ("发布", "published"),
    "refused": ("拒绝", "refused"),
    "remind": ("提醒", "reminded"),
    "remove": ("移除", "removed"),
    "reveal": ("查看未脱敏信息", "revealed"),
    "revoke": ("吊销", "revoked"),
    "save": ("保存", "saved"),
    "small": ("下载", "taken out"),
    "upload": ("上传", "uploaded"),
    "mapping": ("修改映射", "mapped"),
    "throw": ("删除上传", "thrown away"),
    "view": ("查看", "seen"),
    "end": ("结束", "ended"),
    "undo": ("撤销", "undone"),
    "weigh": ("设定权重", "weighed"),
    "withdrawn": ("撤回", "withdrawn"),
    "write": ("修改", "written"),
}


def named(action: str) -> str:
    """Name an act in the request's language; one without a name stays as the log has it."""
    room, _, doing = action.partition(".")
    rooms, doings = ROOMS.get(f"{room}."), _DOINGS.get(doing)
    if rooms is None or doings is None:
        return action
    return told(f"{rooms[0]} · {doings[0]}", f"{rooms[1]} · {doings[1]}")
