"""Render docs/measures.md from the measures' definitions.

`python -m zhike.features.clients.dictionary > docs/measures.md` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from zhike.base.measure import GROUPS, NOTHING, UNITS, Measure
from zhike.features.clients.measuring import MEASURES

_HEAD = """# Measures · 客户指标

Generated from the measures in `zhike.features.clients`, and a test keeps it true: edit the definitions, not this file.
How they are made and where their limits lie: [methods/measures.md](methods/measures.md).
本文件由 `zhike.features.clients` 中的指标定义生成，并有测试保证一致：请修改定义，勿直接修改本文件。
计算方法与局限见 [methods/measures.md](methods/measures.md)。

A window of n trading days is (as_of − n, as_of]. *absent* is the value for a client with no event in the window; `null`: it
can't be said. *estimate*: `measure_detail` has its number of observations, and its 95 % interval where it says so.
n 个交易日的区间为 (as_of − n, as_of]。*absent* 为区间内无事件客户的取值；`null` 表示无从得知。
*estimate*：`measure_detail` 载有样本数，注明者并有 95% 区间。
"""


def render() -> str:
    """Return the whole page as Markdown, in both languages."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD
    for group, title in GROUPS.items():
        members = [m for m in MEASURES.values() if m.group == group]
        yield f"## {title.en} · {title.zh}\n"
        yield " · ".join(f"[{m.name}](#{m.name})" for m in members) + "\n"
        for measure in members:
            yield from _page(measure)


def _page(m: Measure) -> Iterator[str]:
    window, source = m.window_said(), m.source_said()
    absent = "`null`" if m.absent is None else f"{m.absent:g}"
    yield f'### `{m.name}`\n\n<a id="{m.name}"></a>**{m.label.en} · {m.label.zh}** {m.meaning.en}\n{m.meaning.zh}\n'
    yield f"- unit 单位: {_both(m.unit, UNITS[m.unit].zh)}\n- window 区间: {_both(window.en, window.zh)}\n- absent 无事件时: {absent}"
    yield f"- source 来源: {_both(source.en, source.zh)}"
    if estimate := _estimate(m):
        yield f"- estimate 估计: {estimate}"
    if m.absent is None or m.why is not NOTHING:
        yield f"- null where 为空的原因: {m.why.en} · {m.why.zh}"
    yield ""


def _both(en: str, zh: str) -> str:
    return en if en == zh else f"{en} · {zh}"


def _estimate(m: Measure) -> str:
    if m.build is None:
        return "made once all clients are known 全部客户已知后计算"
    if m.bounds is not None:
        return "n, 95 %"
    return "n" if m.n is not None else ""


if __name__ == "__main__":
    sys.stdout.write(render())
