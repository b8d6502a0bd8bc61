"""The messy flavour: GB18030, Chinese headings from the alias table, business flags, one file a month."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from zhike.datacentre.mapping.aliases import builtin_aliases
from zhike.datacentre.tables import TABLES

TITLES = {
    "client": "客户资料", "account": "账户信息", "security": "证券信息", "quote": "行情", "index_quote": "指数行情",
    "corporate_action": "分红送转", "trade": "交割单", "cash_flow": "资金流水", "custody": "托管变动", "asset": "资产",
    "holding": "持仓", "login": "登录", "product": "产品目录", "product_order": "产品订单", "business": "机构业务",
    "staff": "员工", "relation": "客户关系", "party_link": "关联客户", "channel": "渠道", "channel_cost": "渠道费用",
    "lead": "线索", "touch": "触达", "contact": "服务记录", "complaint": "投诉", "survey": "满意度问卷",
    "judgement": "专家判断", "assignment": "实验分组", "calendar": "交易日历",
}  # fmt: skip
_PROFILES = {"trade": "statement", "index_quote": "index"}
_WORDS = {
    ("client", "kind"): {"individual": "个人", "institution": "机构", "product": "产品"},
    ("client", "gender"): {"F": "女", "M": "男"},
    ("account", "kind"): {"cash": "普通", "margin": "信用", "fund": "基金"},
    ("security", "kind"): {"stock": "股票", "repo": "回购", "index": "指数"},
    ("staff", "role"): {"manager": "客户经理", "adviser": "投资顾问", "head": "营业部负责人"},
    ("relation", "role"): {"developer": "开发关系", "server": "服务关系", "adviser": "投顾"},
    ("custody", "direction"): {"in": "转入", "out": "转出"},
    ("contact", "medium"): {"phone": "电话", "wecom": "企业微信", "sms": "短信", "visit": "面访"},
    ("assignment", "arm"): {"treat": "处理", "hold": "对照"},
}
_DROPPED = ("side", "kind", "order_id")  # of statements: the business flag says it


@cache
def _headings(name: str) -> dict[str, str]:
    """Return column → the name that exports use most for it."""
    wanted = _PROFILES.get(name, name)
    profile = next(p for p in builtin_aliases().profiles if p.name == wanted)
    found: dict[str, tuple[int, str]] = {}
    for text, home in profile.homes.items():
        if home.rank > 0 and not text.isascii():
            found[home.column] = min(found.get(home.column, (99, text)), (home.rank, text))
    return {c: found[c][1] if c in found else c for c in TABLES[name].names}


def statement(trades: pa.Table, flows: pa.Table) -> pa.Table:
    """Put flows among the trades, as statements have them: by account and day, with one running balance."""
    alike = pa.table({
        "trade_id": flows["flow_id"], "date": flows["date"], "client_id": flows["client_id"], "account_id": flows["account_id"],
        "security_id": flows["security_id"], "net_amount": flows["amount"], "cash_after": flows["cash_after"], "flag": flows["flag"],
    })  # fmt: skip
    both = pa.concat_tables([trades, alike], promote_options="default")
    return both.sort_by([("account_id", "ascending"), ("date", "ascending")])


def exported_files(name: str, table: pa.Table) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, bytes): one file a month for what has many rows, else one."""
    for title, rows in _by_month(TITLES[name], name, table):
        shown = rows.drop_columns([c for c in _DROPPED if name == "trade"])
        columns = [_spoken(name, c, shown[c]) for c in shown.column_names]
        titled = pa.table(columns, names=[_headings(name).get(c, c) for c in shown.column_names])
        text = io.BytesIO()
        pyarrow.csv.write_csv(titled, text, pyarrow.csv.WriteOptions(quoting_style="needed"))
        yield title, text.getvalue().decode("utf-8").encode("gb18030")


def _by_month(title: str, name: str, table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    if name not in ("trade", "asset", "quote") or not table.num_rows:
        yield title, table
        return
    month = pc.strftime(table["date"], "%Y%m")
    for each in sorted(pc.unique(month).to_pylist()):
        yield f"{title}_{each}", table.filter(pc.equal(month, each))


def _spoken(name: str, column: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Say values as exports do: 是/否, Chinese words for choices, dates without dashes in statements."""
    if pa.types.is_boolean(values.type):
        return pc.if_else(values, "是", "否")
    if name == "trade" and column == "date":
        return pc.strftime(values, "%Y%m%d")
    said = _WORDS.get((name, column))
    if said:
        for ours, theirs in said.items():
            values = pc.replace_substring_regex(values, f"^{ours}$", theirs)
    return values
