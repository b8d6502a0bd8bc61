"""Staff, who looks after whom, and how clients belong together."""

from __future__ import annotations

from zhike.datacentre.tables.definition import Table, Type
from zhike.datacentre.tables.recurring import client_id, internal, personal, staff_id

# A column reads as one entry of a list: name and type, English, Chinese, the rest.
# fmt: off

STAFF = Table(
    "staff", "The branch's people who deal with clients.", "营业部面向客户的员工。",
    required=True, cluster=("staff_id",),
    columns=(
        internal("staff_id", Type.CODE, "The person's staff number.", "员工编号。", key=True),
        internal("name", Type.TEXT, "The person's name.", "员工姓名。"),
        internal("role", Type.CHOICE, "Client manager, licensed investment adviser, or head of the branch.",
                 "岗位：客户经理、投资顾问或营业部负责人。", choices=("manager", "adviser", "head")),
        internal("branch_id", Type.CODE, "Branch the person works for.", "所属营业部。", nullable=True),
        internal("team", Type.TEXT, "Team within the branch.", "所属团队。", nullable=True),
        internal("hired_on", Type.DATE, "First day of work.", "入职日期。", nullable=True),
        internal("left_on", Type.DATE, "Last day of work; empty while employed.", "离职日期；在职为空。",
                 nullable=True),
        internal("capacity_hours", Type.NUMBER, "Hours a month the person can give to serving clients.",
                 "每月可用于客户服务的工时。", unit="hours per month", nullable=True, low=0),
    ),
)

RELATION = Table(
    "relation", "Who won, serves or advises a client, from when to when and with what share of the credit.",
    "客户的开发、服务、投顾关系及其起止时间与业绩占比。",
    required=True, cluster=("client_id", "start_on", "staff_id", "role"),
    columns=(
        client_id("The client looked after.", "被服务的客户。", key=True),
        staff_id("The person who looks after the client.", "承担该关系的员工。", key=True),
        internal("role", Type.CHOICE,
                 "Won the client (developer), serves (server), or advises under contract (adviser).",
                 "关系：开发、服务或签约投顾。", key=True, choices=("developer", "server", "adviser")),
        internal("share", Type.RATE, "Part of the client's results credited to this person in this role.",
                 "该员工在该关系中应占的业绩比例。", unit="fraction", low=0, high=1),
        internal("start_on", Type.DATE, "First day of the relation.", "关系起始日。", key=True),
        internal("end_on", Type.DATE, "Last day of the relation; empty while it lasts.",
                 "关系结束日；存续为空。", nullable=True),
    ),
)

PARTY_LINK = Table(
    "party_link",
    "Clients that belong together: families, households, groups and those who control or act for others.",
    "客户之间的关联：家庭、同住、控制、集团、代理。",
    cluster=("client_id", "other_id", "kind"),
    columns=(
        client_id("The client the link starts from; for controller and agent, the one controlled or acted"
                  " for.", "关联的起点客户；控制与代理关系中为被控制、被代理方。", key=True),
        personal("other_id", Type.CODE,
                 "The client linked to; for controller and agent, the one who controls or acts.",
                 "关联的对方客户；控制与代理关系中为控制人、代理人。", key=True, refers="client"),
        personal("kind", Type.CHOICE, "Why the two belong together.",
                 "关联类型：亲属、同一家庭、实际控制、集团、代理。", key=True,
                 choices=("family", "household", "controller", "group", "agent")),
    ),
)
