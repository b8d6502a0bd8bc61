"""The dictionary of measures in one language, written as Markdown from the measures' own definitions."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.base.measure import GROUPS, NOTHING, UNITS, Measure
from zhike.base.text import Language, Said, say
from zhike.features.clients import MEASURES

_HEAD = say(
    """# 每个客户指标的单位、区间与含义

n 个交易日的区间含当天，往前数 n 个交易日。“无事件时”：区间内什么也没发生的客户取什么值；“空”：无从得知。怎样算、局限在哪里，见[指标](methods/measures.md)。""",
    """# Unit, window and meaning of each measure of a client

A window of n trading days ends with the day itself. *Without events* is the value for a client to whom nothing happened in it; *empty*: it can't be said. How they are made and where their limits lie: [measures](methods/measures.md).""",
)


def written(language: Language) -> str:
    """Return the dictionary of measures as Markdown in `language`."""
    return "\n".join(_lines(language))


def _lines(language: Language) -> Iterator[str]:
    yield _HEAD.in_language(language)
    for group, title in GROUPS.items():
        names = (
            f"[{m.label.in_language(language)}](#{m.name})" for m in MEASURES.values() if m.group == group
        )
        yield f"\n### {title.in_language(language)}\n\n{' · '.join(names)}"
    for group, title in GROUPS.items():
        yield f"\n## {title.in_language(language)}\n"
        for measure in (m for m in MEASURES.values() if m.group == group):
            yield from _measure(measure, language)


def _measure(measure: Measure, language: Language) -> Iterator[str]:
    def told(zh: str, en: str) -> str:
        return say(zh, en).in_language(language)

    label, meaning = (said.in_language(language) for said in (measure.label, measure.meaning))
    yield f'### {label}\n\n<a id="{measure.name}"></a>{meaning}\n'
    window = measure.window_said().in_language(language)
    absent = told("空", "empty") if measure.absent is None else f"{measure.absent:g}"
    yield f"- {told('单位', 'unit')}: {UNITS[measure.unit].in_language(language)}"
    yield f"- {told('区间', 'window')}: {window}"
    yield f"- {told('无事件时', 'without events')}: {absent}"
    yield f"- {told('名称', 'name')}: `{measure.name}`"
    yield f"- {told('来源', 'source')}: {_sources(measure, language)}"
    if estimate := _estimate(measure).in_language(language):
        yield f"- {told('估计', 'estimate')}: {estimate}"
    if measure.absent is None or measure.why is not NOTHING:
        yield f"- {told('为空的原因', 'empty where')}: {measure.why.in_language(language)}"
    yield ""


def _sources(measure: Measure, language: Language) -> str:
    needed, more = (", ".join(f"`{t}`" for t in tables) for tables in (measure.source, measure.also))
    if not more:
        return needed
    return f"{needed}{say('；如有：', '; if delivered: ').in_language(language)}{more}"


def _estimate(measure: Measure) -> Said:
    if measure.build is None:
        return say("全部客户已知后计算", "made once all clients are known")
    if measure.bounds is not None:
        return say("有样本数与 95% 区间", "with its number of observations and 95 % interval")
    return say("有样本数", "with its number of observations") if measure.n is not None else say("", "")
