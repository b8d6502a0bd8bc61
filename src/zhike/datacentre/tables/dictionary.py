"""Render docs/dictionary.md from the table definitions.

`python -m zhike.datacentre.tables.dictionary > docs/dictionary.md` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from zhike.datacentre.tables import LEDGER, RESULTS, TABLES
from zhike.datacentre.tables.definition import Column, Table

_HEAD = """# Data dictionary · 数据字典

Generated from the table definitions in `zhike.datacentre.tables`, and a test keeps it true:
edit the definitions, not this file.
本文件由 `zhike.datacentre.tables` 中的表定义生成，并有测试保证一致：
请修改定义，勿直接修改本文件。

Dates are exchange dates, times are Asia/Shanghai, rates are fractions (0.0005 = 0.05 %), money is in the
row's currency (CNY where the row names none). `null` says whether a cell may be empty; what depends on a
missing input is published as null, never as 0.
日期为交易所日期，时间为上海时间，比率为小数（0.0005 即 0.05%），金额按本行币种（未注明为人民币）。
`null` 表示该列可否为空；因缺少输入而无从得知的发布为空值，绝不以 0 代替。

Levels 级别: `public` market and product facts 市场与产品信息 ·
`internal` the branch's own business 营业部内部信息 ·
`personal` about a person, not naming them 个人信息，不能直接识别本人 ·
`identity` names a person or lets one be reached, never shown unmasked 身份信息，须脱敏
"""

_SECTIONS: tuple[tuple[str, Mapping[str, Table]], ...] = (
    ("1. What comes in · 输入", TABLES),
    ("2. The ledger · 账本", LEDGER),
    ("3. What goes out · 结果", RESULTS),
)

_HEADINGS = "column 列 | type 类型 | unit 单位 | null | key 键 | level 级别 | meaning 含义 | values 取值"
_COLUMNS_HEAD = f"| {_HEADINGS} |\n" + "|---" * 8 + "|"


def render() -> str:
    """Return the whole dictionary as Markdown, in both languages."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD
    for title, tables in _SECTIONS:
        yield f"## {title}\n"
        for t in tables.values():
            yield from _table(t, delivered=tables is TABLES)


def _table(t: Table, *, delivered: bool) -> Iterator[str]:
    facts = [f"Key 键: {', '.join(f'`{k}`' for k in t.key)}"]
    if delivered:
        facts.insert(0, "**required 必需**" if t.required else "optional 可选")
    if t.derived_key:
        facts.append("key derived from the row where the file has none 文件无键时由行内容生成")
    yield f"### `{t.name}`\n\n{t.meaning}\n{t.zh}\n\n{' · '.join(facts)}\n\n{_COLUMNS_HEAD}"
    for c in t.columns:
        yield _column(c)
    yield ""


def _column(c: Column) -> str:
    key = "key" if c.key else ""
    if c.refers:
        key = f"{key} → `{c.refers}`".strip()
    cells = (
        f"`{c.name}`",
        c.type.value,
        c.unit,
        "null" if c.nullable else "",
        key,
        c.level.name.lower(),
        f"{c.meaning}<br>{c.zh}",
        values(c),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def values(c: Column) -> str:
    """Return what a column may hold as Markdown: its choices or its bounds; empty where it is free."""
    if c.choices:
        return " · ".join(f"`{choice}`" for choice in c.choices)
    if c.low is not None and c.high is not None:
        return f"{c.low:g} … {c.high:g}"
    if c.low is not None:
        return f"≥ {c.low:g}"
    return "" if c.high is None else f"≤ {c.high:g}"


if __name__ == "__main__":
    sys.stdout.write(render())
