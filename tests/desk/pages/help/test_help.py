"""Help: notes are found, rendered so that the policy lets them through, and linked with each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

import template_rules
from zhike_desk.pages.help import context, markdown, shelf

SignedIn = Callable[[str], Client]
DOCS = Path(__file__).parents[4] / "docs"


def read(text: str, folder: Path = Path("/notes")) -> str:
    notes = {folder / "methods" / "ahp.md": "ahp"}
    _, parts = markdown.read(text, folder / "methods" / "value.md", notes)
    return "".join(part.html for part in parts)


def test_every_note_on_methods_and_both_dictionaries_are_on_the_shelf() -> None:
    methods = {p.stem for p in (DOCS / "methods").glob("*.md")}
    assert set(shelf.paths()) == methods | {"dictionary", "measures-list"}


def test_every_note_has_a_chinese_and_an_english_name() -> None:
    assert set(shelf.paths()) - set(context._NAMES) == set()


def test_help_lists_all_notes(db: Path, signed_in: SignedIn) -> None:
    page = signed_in("alice").get("/help/").content.decode()
    assert [slug for slug in shelf.paths() if f'href="/help/{slug}/"' not in page] == []


@pytest.mark.parametrize("slug", sorted(shelf.paths()))
def test_every_note_is_shown_and_nothing_in_it_is_inline(db: Path, signed_in: SignedIn, slug: str) -> None:
    browser = signed_in("alice")
    found = shelf.note(slug)
    assert found
    for number in range(len(found.parts)):
        answer = browser.get(f"/help/{slug}/", {"part": number})
        assert answer.status_code == 200
        page = answer.content.decode()
        assert template_rules.inline(page) == []
        assert page.count("<h1") == 1
        assert len(answer.content) < 250_000


@pytest.mark.parametrize("path", ["/help/nothing/", "/help/ahp/?part=1", "/help/ahp/?part=%C2%B2&x=1"])
def test_a_note_or_part_that_is_not_there_is_missing_not_broken(
    db: Path, signed_in: SignedIn, path: str
) -> None:
    assert signed_in("alice").get(path).status_code == (200 if "%C2" in path else 404)


def test_the_first_heading_is_the_title_and_stands_on_the_page_once() -> None:
    title, parts = markdown.read("# Value\n\nText.", Path("value.md"), {})
    assert title == "Value"
    assert [(p.heading, p.html) for p in parts] == [("", "<p>Text.</p>\n")]


def test_a_link_to_another_note_leads_to_its_page_and_one_to_the_sources_nowhere() -> None:
    assert '<a href="/help/ahp/">' in read("[weights](ahp.md)")
    assert "<a>why</a>" in read("[why](../decisions/0010-paths.md)")


def test_raw_markup_is_text_but_for_line_breaks_and_anchors() -> None:
    assert "<script>" not in read("<script>alert(1)</script>\n\nand <img src=x onerror=go()> here")
    assert '<a id="net_now"></a>' in read('<a id="net_now"></a>Net assets<br>净资产')
    assert "<br>" in read("a<br>b")


def test_a_script_is_no_address() -> None:
    assert "href" not in read("[x](javascript:alert(1))")


def test_columns_to_the_right_are_classed_not_styled() -> None:
    html = read("| a | b |\n|---|--:|\n| x | 1 |")
    assert '<td class="n">1</td>' in html
    assert "style=" not in html
    assert '<div class="table-box" tabindex="0">' in html


def test_a_long_note_is_cut_at_its_headings_and_links_lead_across() -> None:
    long = "# All\n\n[b](#b1)\n\n## A\n\n" + "word " * markdown.LONG + "\n\n## B\n\n### `b1`\n\nend"
    _, parts = markdown.read(long, Path("all.md"), {})
    assert [p.heading for p in parts] == ["", "A", "B"]
    assert '<a href="?part=2#b1">' in parts[0].html
    assert '<h3 id="b1">' in parts[2].html


def test_an_installation_without_notes_says_so(
    db: Path, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "paths", dict)
    page = signed_in("alice").get("/help/").content.decode()
    assert "没有找到说明文档" in page
