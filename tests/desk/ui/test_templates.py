"""Every template of the desk: told in two languages, nothing inline, every icon drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import template_rules as rules

DESK = Path(__file__).parents[3] / "src" / "zhike_desk"
TEMPLATES = {p.relative_to(DESK).as_posix(): p.read_text("utf-8") for p in sorted(DESK.rglob("*.html"))}
SPRITE = set(re.findall(r'<symbol id="([\w-]+)"', (DESK / "ui/static/ui/icons.svg").read_text("utf-8")))

PLANTED_UNTOLD = {
    "text": "<p>Hello</p>",
    "Chinese text": "<p>你好</p>",
    "attribute": '<button aria-label="Close">{% icon "close" %}</button>',
    "title of a cell": '<td title="exact value">1</td>',
    "handed on to a part": '{% include "parts/empty.html" with title="没有客户" %}',
    "default": '{{ name|default:"无" }}',
    "between two tags": '{% t "共" "in all" %} clients',
}


def breaking(rule) -> list[str]:  # type: ignore[no-untyped-def]
    return [f"{name}:{place}" for name, text in TEMPLATES.items() for place in rule(text)]


def test_every_sentence_of_every_template_is_told_in_two_languages() -> None:
    assert len(TEMPLATES) > 60
    assert breaking(rules.untold) == []
    assert breaking(rules.half_told) == []


@pytest.mark.parametrize("planted", PLANTED_UNTOLD.values(), ids=PLANTED_UNTOLD.keys())
def test_a_planted_sentence_outside_the_tag_is_found(planted: str) -> None:
    assert len(rules.untold(planted)) == 1


@pytest.mark.parametrize(
    "planted",
    ['{% t "只有中文" %}', '{% t "中文" "" %}', '{% t "" "English" %}', '{% t "中文" "still 中文" %}'],
)
def test_a_planted_sentence_in_one_language_is_found(planted: str) -> None:
    assert len(rules.half_told(planted)) == 1


def test_what_is_told_well_is_not_found() -> None:
    told = '{# 说明 #}<p title="{% t "准确值" "exact value" %}">{% t "共 {n} 位" "{n} clients" n=4 %} · {{ n }} <kbd>Ctrl</kbd></p>'
    assert rules.untold(told) == []
    assert rules.half_told(told) == []
    assert rules.inline(told) == []


def test_no_template_styles_scripts_or_handles_anything_inline() -> None:
    assert breaking(rules.inline) == []


@pytest.mark.parametrize(
    "planted",
    [
        '<p style="color:red">1</p>',
        "<style>p{color:red}</style>",
        "<script>go()</script>",
        '<button onclick="go()">1</button>',
        '<button hx-on:click="go()">1</button>',
    ],
)
def test_what_is_planted_inline_is_found(planted: str) -> None:
    assert len(rules.inline(planted)) == 1


def test_data_in_json_and_scripts_of_their_own_are_not_inline() -> None:
    assert (
        rules.inline('<script src="/a.js" defer></script><script type="application/json">{}</script>') == []
    )


def test_every_icon_that_is_named_is_drawn() -> None:
    from zhike_desk.pages.parts.context import ICONS
    from zhike_desk.ui.frame import _PLACES
    from zhike_desk.ui.marks import MARKS

    written = {n for text in TEMPLATES.values() for n in re.findall(r'\{%\s*icon "([\w-]+)"', text)}
    handed_on = {n for text in TEMPLATES.values() for n in re.findall(r'\bicon="([\w-]+)"', text)}
    classes = {mark for group in MARKS.values() for mark, _ in group.values()}
    places = {icon for *_, icon in _PLACES}
    assert (written | handed_on | classes | places | set(ICONS)) - SPRITE == set()
    assert set(ICONS) == SPRITE  # the page of parts shows all
