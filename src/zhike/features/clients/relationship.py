"""Relationship: how long, how close, how content, and whom the client brought."""

from __future__ import annotations

from functools import partial

from zhike.base.measure import Measure
from zhike.base.text import Said, say
from zhike.engine.meaning import positive, ratio
from zhike.features.clients.activity import EVER
from zhike.features.clients.arithmetic import wilson
from zhike.features.clients.assets import NOW
from zhike.features.clients.settings import WINDOWS, YEAR

_with = partial(Measure, group="relationship")
_DAYS_A_YEAR = 365.25


def _contacts(name: str, days: int) -> Measure:
    return _with(f"contacts_{name}", "contacts", say("联系到的次数", "Contacts"), say("联系到客户的次数；结果写明未接通的不算。", "Contacts in which the client was reached; those whose outcome says otherwise don't count."), days, source=("contact",),
                 build=lambda t: t.total("contacts", days, of="contact"), absent=0.0)  # fmt: skip


def _attempts(name: str, days: int) -> Measure:
    return _with(f"attempts_{name}", "contacts", say("未接通次数", "Attempts"), say("未联系到客户的尝试次数（结果写明未接通等）。", "Attempts that didn't reach the client, as their outcome says."), days, source=("contact",),
                 build=lambda t: t.total("attempts", days, of="contact"), absent=0.0)  # fmt: skip


def _answers(kind: str, title: Said, zh: str, en: str) -> Measure:
    return _with(f"{kind}_12m", "fraction of the scale", title, say(zh, en), YEAR, source=("survey",),
                 build=lambda t: ratio(t.total(kind, YEAR, of="survey"), t.total(f"{kind}_answers", YEAR, of="survey")),
                 n=lambda t: t.total(f"{kind}_answers", YEAR, of="survey"), why=say("区间内没有作答", "no answer in the window"))  # fmt: skip


def _since(name: str, column: str, title: Said, zh: str, en: str) -> Measure:
    return _with(name, "years", title, say(zh, en), NOW, source=("client",), build=lambda t: t.figure(column, of="client_now") / _DAYS_A_YEAR,
                 why=say("日期未登记", "the date isn't on record"))  # fmt: skip


RELATIONSHIP: tuple[Measure, ...] = (
    _since("tenure", "tenure", say("开户年限", "Years with us"), "开户年限。", "Years since the first account was opened."),
    _since("age", "age", say("年龄", "Age"), "年龄；机构为成立年限。", "Age; of an institution, years since it was founded."),
    _since("risk_assessment_age", "assessed", say("风险测评距今", "Age of risk assessment"), "距最近一次风险测评的年数。", "Years since the latest risk questionnaire."),
    *(_contacts(name, days) for name, days in WINDOWS.items()),
    *(_attempts(name, days) for name, days in WINDOWS.items()),
    _with("contact_minutes_12m", "minutes", say("联系时长", "Minutes of contact"), say("联系时长合计。", "Minutes of contact."), YEAR, source=("contact",),
          build=lambda t: t.total("minutes", YEAR, of="contact"), absent=0.0),
    _with("days_since_contact", "calendar days", say("未联系天数", "Days without a contact"), say("距最近一次联系到客户的自然日数。", "Days of the calendar since the client was last reached."), EVER, source=("contact",),
          build=lambda t: t.least("since", None, of="contact"), why=say("从未联系到", "the client was never reached")),
    _with("response_rate_12m", "fraction", say("回应率", "Response rate"), say("结果已知的联系中客户有回应的比例。", "Share of the contacts with a known outcome that the client responded to."), YEAR,
          source=("contact",), build=lambda t: ratio(t.total("answered", YEAR, of="contact"), t.total("answerable", YEAR, of="contact")),
          n=lambda t: t.total("answerable", YEAR, of="contact"), why=say("区间内没有结果已知的联系", "no contact with a known outcome in the window"),
          bounds=lambda t: wilson(t.total("answered", YEAR, of="contact"), t.total("answerable", YEAR, of="contact"))),
    _with("complaints_12m", "complaints", say("投诉次数", "Complaints"), say("投诉次数。", "Complaints."), YEAR, source=("complaint",),
          build=lambda t: t.total("complaints", YEAR, of="complaint"), absent=0.0),
    _with("complaints_upheld_12m", "complaints", say("成立的投诉", "Complaints upheld"), say("成立的投诉次数。", "Complaints found to be right."), YEAR, source=("complaint",),
          build=lambda t: t.total("found_right", YEAR, of="complaint"), absent=0.0),
    _with("complaints_open", "complaints", say("未办结投诉", "Open complaints"), say("未办结的投诉。", "Complaints not yet closed."), EVER, source=("complaint",),
          build=lambda t: t.total("open", None, of="complaint"), absent=0.0),
    _with("complaint_severity_12m", "grade", say("投诉最高严重度", "Gravest complaint"), say("投诉的最高严重程度，0 为无投诉。", "Gravest complaint's severity; 0 without any."), YEAR, source=("complaint",),
          build=lambda t: t.most("severity", YEAR, of="complaint").fill_null(0.0), absent=0.0),
    _with("leads_referred_12m", "leads", say("转介绍线索", "Leads referred"), say("转介绍的线索数。", "Leads the client referred."), YEAR, source=("lead",),
          build=lambda t: t.figure("leads", of="leads_made").fill_null(0.0), absent=0.0),
    _with("clients_referred", "clients", say("转介绍客户", "Clients referred"), say("转介绍并已开户的客户数。", "Clients the client referred."), EVER, source=("client",),
          build=lambda t: t.figure("clients", of="clients_referred").fill_null(0.0), absent=0.0),
    _with("products_held", "products", say("持有产品数", "Products held"), say("净认申购额为正的产品数。", "Products with more subscribed than redeemed."), EVER, source=("product_order",),
          build=lambda t: t.figure("held", of="products_now").fill_null(0.0), absent=0.0),
    _with("products_left", "CNY", say("产品净认申购额", "Left in products"), say("各产品净认申购额（正者）合计。", "What was subscribed and not redeemed, over products."), EVER, source=("product_order",),
          build=lambda t: t.figure("left", of="products_now").fill_null(0.0), absent=0.0),
    _with("product_orders_12m", "orders", say("产品交易次数", "Product orders"), say("产品认申购与赎回次数。", "Product orders."), YEAR, source=("product_order",),
          build=lambda t: t.total("orders", YEAR, of="product_order"), absent=0.0),
    _answers("csat", say("满意度", "Satisfaction"), "满意度答案的平均得分率。", "Mean satisfaction answer, as a share of the best mark."),
    _answers("nps", say("推荐意愿", "Would recommend"), "推荐意愿答案的平均得分率。", "Mean willingness to recommend, as a share of the best mark."),
    _with("staff_now", "people", say("服务人员数", "Staff"), say("现任服务人员数。", "People who look after the client."), NOW, source=("relation",),
          build=lambda t: t.figure("people", of="relation_now").fill_null(0.0), absent=0.0),
    _with("advised_now", "yes or no", say("签约投顾", "Advised"), say("是否签约投顾（1 是，0 否）。", "1 where an adviser is under contract, else 0."), NOW, source=("relation",),
          build=lambda t: t.figure("advised", of="relation_now").fill_null(0.0), absent=0.0),
    _with("accounts_open", "accounts", say("未注销账户数", "Open accounts"), say("未注销账户数。", "Accounts that are open."), NOW, source=("account",),
          build=lambda t: t.figure("accounts", of="account_now").fill_null(0.0), absent=0.0),
    _with("margin_account", "yes or no", say("信用账户", "Margin account"), say("是否有信用账户（1 是，0 否）。", "1 where a margin account is open, else 0."), NOW, source=("account",),
          build=lambda t: t.figure("margin", of="account_now").fill_null(0.0), absent=0.0),
    _with("commission_discount", "fraction", say("佣金折扣", "Commission discount"), say("约定佣金率低于法定上限的幅度。", "How far the agreed commission rate lies below the legal cap."), NOW, source=("client",),
          build=lambda t: 1.0 - positive(t.figure("commission_rate", of="client_now")) / 0.003, why=say("没有约定佣金率", "no agreed rate on record")),
)  # fmt: skip
