"""Serving clients: contacts, complaints, surveys, experts' judgements, experiments."""

from __future__ import annotations

from zhike.datacentre.tables.definition import Table, Type
from zhike.datacentre.tables.recurring import client_id, internal, personal, staff_id

# A column reads as one entry of a list: name and type, English, Chinese, the rest.
# fmt: off

CONTACT = Table(
    "contact", "Each time staff spoke with, wrote to or visited a client.", "员工与客户的每次联系。",
    derived_key=True, cluster=("client_id", "at", "contact_id"),
    columns=(
        personal("contact_id", Type.CODE,
                 "Number of the contact; derived from the row where the file has none.",
                 "联系编号；文件没有时由行内容生成。", key=True),
        personal("at", Type.STAMP, "When the contact began.", "联系开始时间。"),
        client_id("The client contacted.", "被联系的客户。"),
        staff_id("The person who made the contact.", "联系客户的员工。"),
        personal("medium", Type.CHOICE,
                 "How they met: telephone, WeCom, text message, visit, or the broker's app.",
                 "联系方式：电话、企业微信、短信、拜访、APP。",
                 choices=("phone", "wecom", "sms", "visit", "app")),
        personal("purpose", Type.TEXT, "What the contact was for, such as call-back, product offer or care.",
                 "联系目的，如回访、产品推荐、关怀。"),
        personal("outcome", Type.TEXT, "How it ended, in the words of the branch; empty when unknown.",
                 "联系结果，用营业部的说法；未知为空。", nullable=True),
        personal("minutes", Type.NUMBER, "How long it took.", "联系时长。", unit="minutes", nullable=True,
                 low=0),
        internal("task_id", Type.CODE, "The workbench task the contact fulfilled.", "对应的工作台任务。",
                 nullable=True),
    ),
)

COMPLAINT = Table(
    "complaint", "Clients' complaints, from receipt to closure.", "客户投诉，自受理至办结。",
    derived_key=True, cluster=("client_id", "opened_at", "complaint_id"),
    columns=(
        personal("complaint_id", Type.CODE,
                 "Number of the complaint; derived from the row where the file has none.",
                 "投诉编号；文件没有时由行内容生成。", key=True),
        personal("opened_at", Type.STAMP, "When the complaint was received; deadlines run from here.",
                 "投诉受理时间，时限由此起算。"),
        client_id("The client who complained.", "投诉客户。"),
        staff_id("The person complained about.", "被投诉员工。", nullable=True),
        personal("category", Type.TEXT, "What it is about, in the branch's classification.",
                 "投诉类别，按营业部分类。"),
        personal("severity", Type.COUNT, "How grave it is: 1 slight, 2 serious, 3 grave.",
                 "严重程度：1 轻微，2 较重，3 严重。", unit="grade", low=1, high=3),
        personal("closed_at", Type.STAMP, "When it was closed; empty while open.", "办结时间；未办结为空。",
                 nullable=True),
        personal("upheld", Type.BOOL, "True when the client was found to be right; empty while undecided.",
                 "投诉是否成立；未定为空。", nullable=True),
    ),
)

SURVEY = Table(
    "survey", "Answers to surveys, one row an answer to one question.", "满意度等调查的答案，每题一行。",
    derived_key=True, cluster=("client_id", "at", "answer_id"),
    columns=(
        personal("answer_id", Type.CODE,
                 "Number of the answer; derived from the row where the file has none.",
                 "答案编号；文件没有时由行内容生成。", key=True),
        personal("at", Type.STAMP, "When the client answered.", "作答时间。"),
        client_id("The client who answered.", "作答客户。"),
        internal("survey_id", Type.CODE, "The survey the question belongs to.", "所属调查。"),
        internal("question_id", Type.CODE, "The question answered.", "所答题目。"),
        internal("kind", Type.CHOICE,
                 "What the question asks: satisfaction (csat), willingness to recommend (nps), how important"
                 " a service is, or how well it is done.", "题目类型：满意度、净推荐、重要性、表现。",
                 choices=("csat", "nps", "importance", "performance")),
        personal("score", Type.NUMBER, "The mark given, from 0 or 1 up to `scale_max`.",
                 "所打分数，自 0 或 1 至 scale_max。", unit="points", low=0),
        internal("scale_max", Type.NUMBER,
                 "The best mark the question allows (5 for csat, 10 for nps as a rule).",
                 "该题最高分（通常满意度 5 分，净推荐 10 分）。", unit="points", low=1),
        personal("text", Type.TEXT, "What the client added in words.", "客户的文字意见。", nullable=True),
    ),
)

JUDGEMENT = Table(
    "judgement", "Experts' pairwise comparisons for the AHP value model (层次分析法), one row a pair.",
    "专家为层次分析法所作的两两比较，每对一行。",
    derived_key=True, cluster=("model_id", "expert_id", "at", "judgement_id"),
    columns=(
        internal("judgement_id", Type.CODE,
                 "Number of the judgement; derived from the row where the file has none.",
                 "判断编号；文件没有时由行内容生成。", key=True),
        internal("at", Type.STAMP, "When the expert judged.", "判断时间。"),
        internal("expert_id", Type.CODE, "Who judged; need not be on the staff list.",
                 "作判断的专家，不必为员工。"),
        internal("model_id", Type.CODE, "The AHP model judged for.", "所属层次模型。"),
        internal("parent", Type.CODE, "The criterion under which the two are compared.",
                 "比较所依据的上级准则。"),
        internal("left", Type.CODE, "The element compared.", "被比较的要素（左）。"),
        internal("right", Type.CODE, "The element it is compared with.", "对照的要素（右）。"),
        # 0.11 is 1/9 as people round it; a float, because 1/3 cut to eight digits contradicts 3
        internal("value", Type.NUMBER,
                 "How many times more important left is than right, on Saaty's scale from 1/9 to 9; empty"
                 " when not judged.", "左比右重要的倍数，萨蒂 1/9 至 9 标度；未判断为空。", unit="ratio",
                 nullable=True, low=0.11, high=9),
    ),
)

ASSIGNMENT = Table(
    "assignment", "Who was treated and who was held out in an experiment, drawn before anyone was contacted.",
    "实验分组：联系之前随机确定的处理组与保留组。",
    cluster=("client_id", "experiment_id"),
    columns=(
        client_id("The client assigned.", "被分组的客户。", key=True),
        internal("experiment_id", Type.CODE, "The campaign or experiment.", "所属活动或实验。", key=True),
        internal("arm", Type.CHOICE, "To be contacted (treat) or deliberately not (hold).",
                 "处理组或保留组（特意不触达）。", choices=("treat", "hold")),
        internal("assigned_at", Type.STAMP, "When the lot was drawn.", "分组时间。"),
    ),
)
