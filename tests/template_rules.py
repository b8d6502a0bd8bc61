"""Rules of templates, each a function from a template's text to the places that break it: `line: what is wrong`.

Every sentence stands in `{% t "中文" "English" %}`; nothing is styled, scripted or handled inline. tests/desk/ui runs each rule
over all templates, where it must find nothing, and over a planted sample, where it must find something.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HIDDEN = re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}", re.DOTALL)
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_SAID = re.compile(
    r"""\{%\s*t\s+(?P<a>["'])(?P<zh>(?:(?!(?P=a))[^\\]|\\.)*)(?P=a)\s+(?P<b>["'])(?P<en>(?:(?!(?P=b))[^\\]|\\.)*)(?P=b)"""
)
_T = re.compile(r"\{%\s*t\s")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[A-Za-z\u3400-\u9fff]")
_SAME = re.compile(
    r"\b(?:CR|RI|GCI|SHA-256|λmax|AHP|CSV|XLSX)\b|\b[a-z]+(?:_[a-z0-9]+)+\b|\bmapping\.toml\b"
)  # no language of their own
_HANDED = re.compile(r"\{%\s*t\s+([\w.]+)\.zh\s+\1\.en\s")  # a sentence that holds both already
_COUNTERS = {"位", "个", "次", "只", "笔", "条", "名", "家"}  # measure words, which English hasn't
_SPOKEN = {"title", "aria-label", "placeholder", "alt", "aria-description", "aria-roledescription", "summary"}
_SILENT = {"script", "style", "code", "kbd", "pre"}
_VOID = {"meta", "link", "input", "img", "br", "hr", "use", "rect", "path", "circle", "source", "wbr", "col"}


def _blank(match: re.Match[str]) -> str:
    return "\n" * match.group().count("\n")


def _letters(text: str) -> bool:
    return bool(_LETTER.search(_SAME.sub("", text)))


def untold(text: str) -> list[str]:
    """Find sentences that a viewer reads and that stand outside `{% t %}`: text, spoken attributes, Chinese in other tags."""
    text = _HIDDEN.sub(_blank, text)
    found = [
        f"{text[: tag.start()].count(chr(10)) + 1}: Chinese outside a t tag: {tag.group()}"
        for tag in _TAG.finditer(text)
        if not _T.match(tag.group()) and _CHINESE.search(tag.group())
    ]
    reader = _Reader()
    reader.feed(_TAG.sub(_blank, text))
    reader.close()
    return [*found, *reader.untold]


def half_told(text: str) -> list[str]:
    """Find `{% t %}` without two languages: one of them missing or empty, Chinese in the English."""
    found = []
    for tag in (t for t in _TAG.finditer(_HIDDEN.sub(_blank, text)) if _T.match(t.group())):
        if _HANDED.match(tag.group()):
            continue
        line = text[: tag.start()].count("\n") + 1
        said = _SAID.match(tag.group())
        zh, en = (said["zh"].strip(), said["en"].strip()) if said else ("", "")
        if not zh or not (en or zh in _COUNTERS):
            found.append(f"{line}: two languages are needed: {tag.group()}")
        elif zh != en and _CHINESE.search(en):
            found.append(f"{line}: Chinese in the English: {tag.group()}")
    return found


def inline(text: str) -> list[str]:
    """Find what the desk's policy of content forbids: inline styles, scripts and handlers."""
    reader = _Reader()
    reader.feed(_TAG.sub(_blank, _HIDDEN.sub(_blank, text)))
    reader.close()
    return reader.inline


class _Reader(HTMLParser):
    """Reads a template without its tags; keeps what is untold and what is inline."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.untold: list[str] = []
        self.inline: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        given = dict(attrs)
        for name, value in attrs:
            if name in _SPOKEN and _letters(value or ""):
                self.untold.append(f"{line}: {name}={value!r}")
            if name == "style" or name.startswith("on") or name.startswith("hx-on"):
                self.inline.append(f"{line}: {name} on <{tag}>")
        if tag == "style" or (
            tag == "script" and "src" not in given and "json" not in (given.get("type") or "")
        ):
            self.inline.append(f"{line}: <{tag}> with content")
        if tag in _SILENT and tag not in _VOID:
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and _letters(data):
            self.untold.append(f"{self.getpos()[0]}: {data.strip()!r}")
