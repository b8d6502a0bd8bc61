"""The picture beside a word: an icon of the sprite, and the tone where a class tells of a risk."""

from __future__ import annotations

from functools import cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from zhike_desk.ui.speech import chinese
from zhike_desk.ui.words import word

# group → class → (icon, tone). Tones tell of risk (note, care, grave) or stay empty: a logic isn't good or bad.
MARKS: dict[str, dict[str, tuple[str, str]]] = {
    "logic": {
        "value": ("scale", ""),
        "trend": ("trend", ""),
        "sentiment": ("bolt", ""),
        "mixed": ("mix", ""),
        "insufficient": ("dots", ""),
    },
    "overlay": {"arbitrage": ("swap", ""), "allocation": ("stack", ""), "margin": ("link", "")},
    "stage": {
        "prospect": ("seed", ""),
        "developing": ("sprout", ""),
        "growing": ("trend", ""),
        "mature": ("tree", ""),
        "declining": ("fall", "note"),
        "dormant": ("sleep", "care"),
        "lost": ("leave", "grave"),
        "returned": ("return", ""),
    },
    "grade": {
        "diamond": ("diamond", "strong"),
        "platinum": ("medal", "strong"),
        "gold": ("medal", ""),
        "growth": ("sprout", ""),
        "standard": ("ring", ""),
    },
    "quadrant": {
        "keep": ("heart", ""),
        "develop": ("trend", ""),
        "maintain": ("shield", ""),
        "reduce": ("minus", ""),
    },
    "kind": {"individual": ("user", ""), "institution": ("building", ""), "product": ("box", "")},
    "state": {
        "frozen": ("snow", ""),
        "ebbing": ("fall", ""),
        "ranging": ("wave", ""),
        "warming": ("sun", ""),
        "hot": ("flame", ""),
    },
    "regime": {"bull": ("bull", ""), "bear": ("fall", "")},
    "proposal": {
        "retain": ("heart", ""),
        "product": ("box", ""),
        "activate": ("bolt", ""),
        "develop": ("sprout", ""),
        "care": ("gift", ""),
        "callback": ("phone", ""),
        "own": ("user", ""),
    },
    "medium": {
        "phone": ("phone", ""),
        "wecom": ("chat", ""),
        "sms": ("message", ""),
        "visit": ("visit", ""),
        "app": ("screen", ""),
    },
    "role": {},
}


@cache
def _sprite() -> str:
    return static("ui/icons.svg")


@cache
def icon(name: str, kind: str = "") -> SafeString:
    """Draw the icon `name` of the sprite; it is a picture only: the word stands beside it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {kind}" if kind else "",
        _sprite(),
        name,
    )


def chip(group: str, value: str | None) -> SafeString:
    """Show a class as word and icon; nothing where there is none."""
    return _chip(group, value, chinese()) if value else SafeString("—")


@cache
def _chip(group: str, value: str, _zh: bool) -> SafeString:
    """Draw a class once for each language: a list shows the same few hundreds of times."""
    name, tone = MARKS.get(group, {}).get(value, ("", ""))
    return format_html(
        '<span class="chip{}">{}{}</span>',
        f" {tone}" if tone else "",
        icon(name) if name else "",
        word(group, value),
    )
