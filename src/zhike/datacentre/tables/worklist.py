"""What a run proposes to do: reasoned proposals and each person's plan."""

from __future__ import annotations

from zhike.datacentre.tables.definition import Table, Type
from zhike.datacentre.tables.recurring import as_of, client_id, internal, personal, staff_id, told

# A column reads as one entry of a list: name and type, English, Chinese, the rest.
# fmt: off

PROPOSAL = Table(
    "proposal", "Reasoned suggestions to do something for a client; a task is one that someone accepted.",
    "对客户行动的建议及理由；被接受后成为任务。",
    cluster=("client_id", "proposal_id"),
    columns=(
        internal("proposal_id", Type.CODE, "The proposal's number, the same in every run of the same inputs.",
                 "建议编号；相同输入的每次运行相同。", key=True),
        as_of(),
        client_id("The client it is for.", "建议所针对的客户。"),
        personal("kind", Type.CHOICE,
                 "What to do: retain, offer a product, activate, develop, care, or call back by rule.",
                 "类别：挽留、产品、激活、发展、关怀、回访。",
                 choices=("retain", "product", "activate", "develop", "care", "callback")),
        internal("rule", Type.CODE, "The rule that made it.", "产生该建议的规则。"),
        personal("product_id", Type.CODE, "The product offered.", "所推荐的产品。", nullable=True,
                 refers="product"),
        personal("reason", Type.TEXT, "Why this client and why now, with numbers.",
                 "为何是该客户、为何是现在，附数值。"),
        told("reason"),
        personal("suitability", Type.TEXT, "Why it is permitted under the suitability rules.",
                 "依适当性规则可以进行的理由。"),
        told("suitability"),
        personal("expected_value", Type.MONEY, "Revenue expected to be won or kept by doing it.",
                 "执行后预期新增或保住的创收。", unit="CNY", nullable=True),
        internal("minutes", Type.NUMBER, "Time it will take.", "预计用时。", unit="minutes", low=0),
        internal("due_on", Type.DATE, "Last day it makes sense, or the rule's deadline.",
                 "最晚有意义的日期，或规则时限。"),
        internal("must_do", Type.BOOL, "True when a rule or the law demands it, whatever it earns.",
                 "是否为制度或法规要求必做，不论收益。"),
        personal("cooldown_until", Type.DATE, "Day before which the client must not be approached again.",
                 "此日之前不得再次打扰客户。", nullable=True),
        internal("arm", Type.CHOICE, "To be carried out (treat) or held back to measure the effect (hold).",
                 "执行，或为测量效果而保留不做。", choices=("treat", "hold")),
    ),
)

PLAN = Table(
    "plan", "Which proposals each person carries out, in what order, within the hours there are.",
    "每位员工在可用工时内的行动计划与次序。",
    cluster=("staff_id", "proposal_id"),
    columns=(
        staff_id("The person who is to do it.", "执行员工。", key=True),
        internal("proposal_id", Type.CODE, "The proposal to carry out.", "所执行的建议。", key=True,
                 refers="proposal"),
        as_of(),
        client_id("The client it is for.", "所针对的客户。"),
        internal("due_on", Type.DATE, "Day it is to be done by.", "完成期限。"),
        internal("order", Type.COUNT, "Place in the person's list; 1 comes first.",
                 "在该员工清单中的次序，1 为最先。", unit="place", low=1),
        internal("minutes", Type.NUMBER, "Time set aside for it.", "预留用时。", unit="minutes", low=0),
    ),
)
