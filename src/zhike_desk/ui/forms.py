"""What forms send back: numbers a page wrote into them itself, which nobody types."""

from __future__ import annotations

from django.http import HttpRequest

from zhike.base.text import say
from zhike_desk.records.refusals import Refused


def number(request: HttpRequest, name: str) -> int:
    """Return a whole number of a form; raise Refused where it isn't one."""
    return numbered(request.POST.get(name, ""))


def numbered(text: str) -> int:
    """Read a whole number that a page wrote into its form; raise Refused where it isn't one."""
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise Refused(say("页面已过期，请刷新后重试。", "The page is too old; load it again."))
    return int(text)
