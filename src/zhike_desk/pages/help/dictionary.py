"""The dictionary of tables in one language, written as Markdown from the tables' own definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from zhike.base.text import Language, Said, say
from zhike.datacentre.tables import LEDGER, RESULTS, TABLES
from zhike.datacentre.tables.definition import Column, Level, Table, Type
from zhike.datacentre.tables.dictionary import values

_HEAD = say(
    """# 每张表、每一列的含义

日期为交易所日期，时间为上海时间，比率为小数（0.0005 即 0.05%），金额按本行币种（未注明为人民币）。缺少输入而无从得知的为空，绝不以 0 代替。

**级别**：“公开”，市场与产品信息；“内部”，营业部自己的业务；“个人”，个人信息，不能直接识别本人；“身份”，能认出或联系到本人，须脱敏显示。""",
    """# What each table and column means

Dates are exchange dates, times are Asia/Shanghai, rates are fractions (0.0005 = 0.05 %), money is in the row's currency (CNY where it names none). What depends on a missing input is empty, never 0.

**Levels**: *public*, market and product facts; *internal*, the branch's own business; *personal*, about a person, not naming them; *identity*, names a person or lets one be reached, never shown unmasked.""",
)
_SECTIONS: tuple[tuple[Said, Mapping[str, Table]], ...] = (
    (say("送进来的", "What comes in"), TABLES),
    (say("台账", "The ledger"), LEDGER),
    (say("算出来的", "What goes out"), RESULTS),
)
_TYPES: Mapping[Type, Said] = MappingProxyType({
    Type.CODE: say("编码", "code"), Type.TEXT: say("文字", "text"), Type.CHOICE: say("选项", "choice"),
    Type.DATE: say("日期", "date"), Type.TIME: say("时间", "time"), Type.STAMP: say("日期时间", "date and time"),
    Type.MONTH: say("月份", "month"), Type.MONEY: say("金额", "money"), Type.QUANTITY: say("数量", "quantity"),
    Type.PRICE: say("价格", "price"), Type.RATE: say("比率", "rate"), Type.COUNT: say("个数", "count"),
    Type.NUMBER: say("数值", "number"), Type.BOOL: say("是否", "yes or no"), Type.JSON: say("结构化文字", "structured text"),
})  # fmt: skip
_LEVELS: Mapping[Level, Said] = MappingProxyType({
    Level.PUBLIC: say("公开", "public"), Level.INTERNAL: say("内部", "internal"),
    Level.PERSONAL: say("个人", "personal"), Level.IDENTITY: say("身份", "identity"),
})  # fmt: skip
_UNITS: Mapping[str, Said] = MappingProxyType({
    "CNY": say("元", "CNY"), "ISO 4217": say("币种代码", "ISO 4217"), "clicks": say("次", "clicks"), "clients": say("位", "clients"),
    "complaints": say("件", "complaints"), "currency per share": say("本币／股", "currency per share"),
    "currency": say("本币", "currency"), "days": say("天", "days"), "factor": say("倍", "factor"), "fraction": say("小数", "fraction"),
    "grade": say("级", "grade"), "hours per month": say("小时／月", "hours per month"), "impressions": say("次", "impressions"),
    "leads": say("条", "leads"), "line": say("行", "line"), "logins": say("次", "logins"), "minutes": say("分钟", "minutes"),
    "months": say("个月", "months"), "observations": say("个样本", "observations"), "outcome": say("结果", "outcome"),
    "people": say("人", "people"), "place": say("名次", "place"), "points": say("分", "points"), "probability": say("概率", "probability"),
    "ratio": say("比值", "ratio"), "rows": say("行", "rows"), "shares per share": say("股／股", "shares per share"),
    "shares": say("股", "shares"), "stocks": say("只", "stocks"), "times": say("次", "times"), "trades": say("笔", "trades"),
    "trading days": say("个交易日", "trading days"), "decisions": say("次决策", "decisions"), "fraction²": say("小数的平方", "fraction squared"),
    "log": say("对数", "logarithm"), "places": say("名次", "places"), "positions": say("个持仓", "positions"), "securities": say("只", "securities"),
})  # fmt: skip


def written(language: Language) -> str:
    """Return the dictionary of tables as Markdown in `language`."""
    return "\n".join(_lines(language))


def unit(name: str, language: Language) -> str:
    """Return a unit in words; one that isn't listed says its own name."""
    return _UNITS[name].in_language(language) if name in _UNITS else name


def _lines(language: Language) -> Iterator[str]:
    yield _HEAD.in_language(language)
    yield from _index(language)
    for title, tables in _SECTIONS:
        yield f"\n## {title.in_language(language)}\n"
        for table in tables.values():
            yield from _table(table, language, delivered=tables is TABLES)


def _index(language: Language) -> Iterator[str]:
    heads = say("表 | 内容", "table | what it holds").in_language(language)
    for title, tables in _SECTIONS:
        yield f"\n### {title.in_language(language)}\n\n| {heads} |\n|---|---|"
        for table in tables.values():
            meaning = say(table.zh, table.meaning).in_language(language)
            yield f"| [`{table.name}`](#{table.name}) | {meaning} |"


def _table(table: Table, language: Language, *, delivered: bool) -> Iterator[str]:
    facts = []
    if delivered:
        needed = say("必送", "required") if table.required else say("可不送", "optional")
        facts.append(needed.in_language(language))
    keys = ", ".join(f"`{k}`" for k in table.key)
    facts.append(say(f"以 {keys} 区分各行", f"rows are told apart by {keys}").in_language(language))
    if table.derived_key:
        made = say("文件里没有时由行内容生成", "made from the row where the file has none")
        facts.append(made.in_language(language))
    meaning = say(table.zh, table.meaning).in_language(language)
    heads = say("列 | 含义 | 类型 | 级别", "column | meaning | type | level").in_language(language)
    yield f"### `{table.name}`\n\n{meaning}\n\n{' · '.join(facts)}\n\n| {heads} |\n|---|---|---|---|"
    yield from (_column(c, language) for c in table.columns)
    yield ""


def _column(column: Column, language: Language) -> str:
    meaning = say(column.zh, column.meaning).in_language(language)
    if held := values(column):
        meaning = f"{meaning}<br>{held}"
    if column.refers:
        meaning = f"{meaning}<br>→ `{column.refers}`"
    kind = _TYPES[column.type].in_language(language)
    if column.unit:
        kind = f"{kind} · {unit(column.unit, language)}"
    if column.nullable:
        kind = f"{kind} · {say('可空', 'may be empty').in_language(language)}"
    cells = (f"`{column.name}`", meaning, kind, _LEVELS[column.level].in_language(language))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
