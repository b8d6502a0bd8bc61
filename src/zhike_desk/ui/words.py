"""How classes are called: the value a table holds → its Chinese and English name."""

from __future__ import annotations

import re

from zhike_desk.records.wording import CONSENTS, IDENTITY
from zhike_desk.ui.speech import told

_VERSION = re.compile(r"(individual|institution)-(\d+)")
WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "identity": {name: (said.zh, said.en) for name, said in IDENTITY.items()},
    "consent": {name: (said.zh, said.en) for name, said in CONSENTS.items()},
    "logic": {
        "value": ("价值型", "Value"),
        "trend": ("趋势型", "Trend"),
        "sentiment": ("情绪型", "Sentiment"),
        "mixed": ("混合型", "Mixed"),
        "insufficient": ("样本不足", "Too few trades"),
    },
    "overlay": {
        "arbitrage": ("套利", "Arbitrage"),
        "allocation": ("配置", "Allocation"),
        "margin": ("两融", "Margin"),
    },
    "stage": {
        "prospect": ("潜客", "Prospect"),
        "developing": ("发展期", "Developing"),
        "growing": ("成长期", "Growing"),
        "mature": ("成熟期", "Mature"),
        "declining": ("衰退期", "Declining"),
        "dormant": ("休眠", "Dormant"),
        "lost": ("流失", "Lost"),
        "returned": ("回流", "Returned"),
    },
    "grade": {
        "diamond": ("钻石", "Diamond"),
        "platinum": ("白金", "Platinum"),
        "gold": ("黄金", "Gold"),
        "growth": ("成长", "Growth"),
        "standard": ("标准", "Standard"),
    },
    "quadrant": {
        "keep": ("重点保持", "Keep"),
        "develop": ("重点发展", "Develop"),
        "maintain": ("稳健维护", "Maintain"),
        "reduce": ("降低投入", "Reduce"),
    },
    "kind": {
        "individual": ("个人", "Individual"),
        "institution": ("机构", "Institution"),
        "product": ("产品户", "Product"),
    },
    "state": {
        "frozen": ("冰点", "Frozen"),
        "ebbing": ("退潮", "Ebbing"),
        "ranging": ("震荡", "Ranging"),
        "warming": ("回暖", "Warming"),
        "hot": ("高潮", "Hot"),
    },
    "regime": {"bull": ("牛市", "Bull"), "bear": ("熊市", "Bear")},
    "proposal": {
        "retain": ("挽留", "Retain"),
        "product": ("产品", "Product"),
        "activate": ("激活", "Activate"),
        "develop": ("开发", "Develop"),
        "care": ("关怀", "Care"),
        "callback": ("回访", "Call back"),
        "own": ("自建", "Own"),
    },
    "rule": {  # the rule that proposed it, as the trade calls it: what to do in three words
        "new_account_callback": ("新开户回访", "Call back a new account"),
        "risk_assessment_expiring": ("重做风险测评", "Renew the risk assessment"),
        "large_outflow": ("大额转出挽留", "Ask about a large outflow"),
        "large_inflow": ("大额转入跟进", "Follow up a large inflow"),
        "drawdown": ("回撤关怀", "Care after a drawdown"),
        "rhythm_broken": ("交易节奏中断，唤回", "Rhythm broken: call"),
        "stage_declining": ("转为衰退，挽留", "Declining: retain"),
        "stage_lost": ("流失挽回", "Lost: win back"),
        "stage_dormant": ("转为休眠，激活", "Dormant: wake"),
        "stage_returned": ("回流关怀", "Returned: welcome"),
        "stage_growing": ("成长期开发", "Growing: develop"),
        "logic_changed": ("盈利逻辑改变，了解", "Logic changed: ask"),
        "birthday": ("生日问候", "Birthday greeting"),
    },
    "product": {
        "money": ("货币", "Money market"),
        "bond": ("债券", "Bonds"),
        "mixed": ("混合", "Mixed"),
        "equity": ("股票", "Equity"),
        "index": ("指数", "Index"),
        "structured": ("结构化", "Structured"),
        "private": ("私募", "Private"),
    },
    "task": {
        "open": ("未完成", "Open"),
        "done": ("已完成", "Done"),
        "dropped": ("已放弃", "Given up"),
    },
    "must_do": {"yes": ("必做", "Must do"), "no": ("非必做", "Not obligatory")},
    "medium": {
        "phone": ("电话", "Telephone"),
        "wecom": ("企业微信", "WeCom"),
        "sms": ("短信", "Text message"),
        "visit": ("面访", "Visit"),
        "app": ("App", "App"),
    },
    "question": {
        "csat": ("满意度", "Satisfaction"),
        "nps": ("推荐意愿", "Willingness to recommend"),
        "importance": ("服务重要性", "How important service is"),
        "performance": ("服务表现", "How well service is done"),
    },
    "feed": {
        "made-up": ("虚构数据", "Made up"),
        "desk": ("工作台登记", "The desk"),
        "upload": ("网页上传", "Uploaded"),
        "demo-upload": ("演示上传", "Uploaded (demo)"),
    },
    "severity": {"1": ("轻微", "Slight"), "2": ("较重", "Serious"), "3": ("严重", "Grave")},
    "field": {
        "title": ("标题", "Title"),
        "text": ("内容", "Text"),
        "due_on": ("到期日", "Due"),
        "owner_id": ("负责人", "Owner"),
        "state": ("状态", "State"),
        "outcome": ("结果", "Outcome"),
        "closed_at": ("办结时间", "Closed at"),
        "medium": ("方式", "Medium"),
        "purpose": ("目的", "Purpose"),
        "minutes": ("分钟", "Minutes"),
        "at": ("时间", "At"),
        "name": ("名称", "Name"),
        "value": ("取值", "Value"),
        "weight": ("权重", "Weight"),
        "reason": ("原因", "Reason"),
        "remark": ("说明", "Remark"),
        "kind": ("种类", "Kind"),
        "query": ("筛选", "Filters"),
        "removed_at": ("删除时间", "Removed at"),
        "ended_at": ("结束时间", "Ended at"),
        "lifted_at": ("解除时间", "Lifted at"),
        "reminded_at": ("提醒时间", "Reminded at"),
        "decided_at": ("决定时间", "Decided at"),
        "decided_by_id": ("决定人", "Decided by"),
        "by_id": ("经办人", "By"),
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
        "kinds": ("适用客户", "For clients"),
        "language": ("语言", "Language"),
        "panel": ("评议", "Panel"),
        "role": ("角色", "Role"),
        "rows": ("行数", "Rows"),
        "staff_id": ("员工编号", "Staff number"),
        "to_staff": ("新服务人员", "To staff"),
        "until": ("截止", "Until"),
        "user_id": ("用户编号", "User's number"),
        "username": ("用户名", "Username"),
        "values": ("设置", "Settings"),
        "version": ("模型版本", "Version"),
        "as_of": ("数据截至", "Data to"),
        "approved_by": ("批准人", "Approved by"),
        "base": ("原版本", "From version"),
        "by": ("经由", "By"),
        "bytes": ("字节", "Bytes"),
        "category": ("事项", "About"),
        "closed": ("关闭", "Closed"),
        "complaint": ("投诉编号", "Complaint"),
        "contact": ("联系编号", "Contact"),
        "days": ("天数", "Days"),
        "done": ("处置", "Done"),
        "error": ("错误", "Error"),
        "experts": ("专家数", "Experts"),
        "field": ("字段", "Field"),
        "generation": ("夜间结果", "Night"),
        "left": ("左项", "Left"),
        "level": ("等级", "Level"),
        "node": ("所在层", "Under"),
        "note": ("备注编号", "Note"),
        "of": ("事项", "Of"),
        "page": ("页面", "Page"),
        "place": ("载入为", "Loaded as"),
        "right": ("右项", "Right"),
        "scopes": ("范围", "Scopes"),
        "severity": ("程度", "Gravity"),
        "summary": ("摘要", "Summary"),
        "task": ("任务编号", "Task"),
        "upheld": ("是否成立", "Upheld"),
        "word": ("标签", "Tag"),
    },
    "role": {
        "manager": ("客户经理", "Client manager"),
        "adviser": ("投资顾问", "Adviser"),
        "head": ("营业部负责人", "Branch head"),
        "analyst": ("分析师", "Analyst"),
        "compliance": ("合规", "Compliance"),
        "admin": ("管理员", "Administrator"),
        "developer": ("开发", "Developer"),
        "server": ("服务", "Server"),
    },
}


def version(name: str) -> str:
    """Name a version of a model of value as people say it; one that a branch named itself is called so."""
    found = _VERSION.fullmatch(name)
    if not found:
        return name
    kind, number = found.groups()
    zh, en = ("个人客户模型", "Individuals") if kind == "individual" else ("机构客户模型", "Institutions")
    return told(f"{zh} 第 {number} 版", f"{en}, version {number}")


def word(group: str, value: str | None) -> str:
    """Name `value` of `group` in the request's language; what has no name stays as it is."""
    if not value:
        return "—"
    names = WORDS.get(group, {}).get(value)
    return told(*names) if names else value
