"""Tags every template has: sentences in two languages, names of classes, numbers as the trade writes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import unescape_string_literal

from zhike.base.text import Said
from zhike_desk.records import demo
from zhike_desk.records.book import UNKNOWN
from zhike_desk.ui import devices, marks, speech, words
from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import chinese, told

register = template.Library()
NOTHING = "—"


@register.simple_tag
def t(zh: str, en: str, **values: Any) -> str:
    """Say a sentence in the request's language: {% t "共 {n} 位" "{n} clients" n=count %}."""
    return told(zh, en).format(**values) if values else told(zh, en)


class Sentence(template.Node):
    """A sentence without values, read once: a page has hundreds. `name` is what `as` keeps it under."""

    def __init__(self, zh: str, en: str, name: str = "") -> None:
        self.zh, self.en, self.name = zh, en, name

    def render(self, context: Context) -> str:
        """Say it in the language that is spoken now."""
        words = self.zh if chinese() else self.en
        if not self.name:
            return words
        context[self.name] = words
        return ""


_with_values = register.tags["t"]


def _sentence(parser: Parser, token: Token) -> template.Node:
    words = [bit for bit in token.split_contents()[1:] if bit[:1] in ("'", '"') and bit[-1:] == bit[:1]]
    rest = token.split_contents()[1 + len(words) :]
    if len(words) != 2 or (rest and (len(rest) != 2 or rest[0] != "as")):
        made: template.Node = _with_values(parser, token)
        return made
    zh, en = (SafeString(unescape_string_literal(word)) for word in words)
    return Sentence(zh, en, rest[1] if rest else "")


register.tag("t", _sentence)


@register.filter
def said(sentence: Said) -> str:
    """Say a sentence that is held in both languages: {{ duty.title|said }}."""
    return speech.said(sentence)


@register.filter
def noted(text: str) -> str:
    """Say what staff noted: {{ row.category|noted }}."""
    return speech.noted(text)


@register.filter
def industry(name: str) -> str:
    """Name an industry: {{ row.industry|industry }}."""
    return speech.industry(name)


@register.simple_tag
def word(group: str, value: str | None) -> str:
    """Name a class: {% word "logic" client.logic %}."""
    return words.word(group, value)


@register.filter
def version(name: str) -> str:
    """Name a version of a model of value: {{ model.name|version }}."""
    return words.version(name)


@register.filter
def device(agent: str) -> str:
    """Name a browser and its system from what it says of itself: {{ session.user_agent|device }}."""
    return devices.named(agent)


@register.inclusion_tag("account/demo.html", takes_context=True)
def demo_accounts(context: Context) -> dict[str, Any]:
    """Offer the accounts of a branch made up, one a role: {% demo_accounts %}; nothing on a real one."""
    return {"accounts": demo.shown(), "password": demo.PASSWORD, "csrf_token": context.get("csrf_token")}


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """Draw an icon of the sprite: {% icon "phone" %}, {% icon "warn" "large" %}."""
    return marks.icon(name, kind)


@register.simple_tag
def chip(group: str, value: str | None) -> SafeString:
    """Show a class as word and icon: {% chip "stage" client.stage %}."""
    return marks.chip(group, value)


def known(value: Any) -> bool:
    """Tell whether a number is known."""
    return value is not None and value != UNKNOWN and value == value


@register.filter
def wan(value: Any) -> SafeString | str:
    """Write CNY in 万元 with one decimal (the unit is in the header); the exact value on hover."""
    if not known(value):
        return NOTHING
    exact, shown = minus(f"{value:,.2f}"), minus(f"{value / 1e4:z,.1f}")
    return SafeString(f'<data value="{value:.15g}" title="{exact}">{shown}</data>')  # digits only


@register.filter
def signed_wan(value: Any) -> SafeString | str:
    """Write CNY in 万元 with its sign."""
    if not known(value):
        return NOTHING
    return format_html(
        '<data value="{}" title="{}">{}</data>',
        value,
        minus(f"{value:+,.2f}"),
        minus(f"{value / 1e4:+z,.1f}"),
    )


@register.filter
def percent(value: Any, decimals: int = 1) -> str:
    """Write a fraction as per cent."""
    return minus(f"{value:z.{decimals}%}") if known(value) else NOTHING


@register.filter
def signed_percent(value: Any, decimals: int = 1) -> str:
    """Write a fraction as per cent with its sign."""
    return minus(f"{value:+z.{decimals}%}") if known(value) else NOTHING


@register.filter
def number(value: Any, decimals: int = 1) -> str:
    """Write a number with thousands set apart."""
    return minus(f"{value:z,.{decimals}f}") if known(value) else NOTHING


@register.filter
def whole(value: Any) -> str:
    """Write a count."""
    return minus(f"{value:z,.0f}") if known(value) else NOTHING


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a day."""
    if value is None:
        return NOTHING
    return (timezone.localtime(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment, Asia/Shanghai."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value is not None else NOTHING


@register.filter
def direction(value: Any) -> str:
    """Name the class of a price or return: `up`, `down` or `flat`."""
    if not known(value) or value == 0:
        return "flat"
    return "up" if value > 0 else "down"


@register.filter
def bar_width(share: Any) -> str:
    """Return how long a driver's bar is, of 100; a share lies in [−1, 1]."""
    return f"{min(abs(float(share)), 1.0) * 100:.1f}"


@register.filter
def bar_left(share: Any) -> str:
    """Return where a driver's bar to the left begins."""
    return f"{100 - min(abs(float(share)), 1.0) * 100:.1f}"
