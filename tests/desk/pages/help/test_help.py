"""Help: notes are found, rendered so that the policy lets them through, and linked with each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import template_rules
from zhike.base.text import Language
from zhike.datacentre.tables import LEDGER, RESULTS, TABLES
from zhike.features.clients import MEASURES
from zhike_desk.pages.help import context, dictionary, markdown, shelf
from zhike_desk.records.models import BookClient

SignedIn = Callable[[str], Client]
DOCS = Path(__file__).parents[4] / "docs"


def read(text: str, folder: Path = Path("/notes")) -> str:
    notes = {folder / "methods" / "ahp.md": "ahp"}
    _, parts = markdown.read(text, folder / "methods" / "value.md", notes)
    return "".join(part.html for part in parts)


def test_every_note_on_methods_both_dictionaries_and_the_page_on_the_api_are_on_the_shelf() -> None:
    methods = {p.stem for p in (DOCS / "methods").glob("*.md")}
    assert set(shelf.paths()) == methods | {"dictionary", "measures-list", "api"}


def test_every_note_has_a_chinese_and_an_english_name() -> None:
    assert set(shelf.paths()) - set(context._NAMES) == set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_method_has_a_page_for_its_users_in_both_languages(language: Language) -> None:
    methods = {p.stem for p in (DOCS / "methods").glob("*.md")}
    assert set(shelf.pages(language)) - {"api"} == methods
    for slug in (*methods, "api"):
        found = shelf.page(slug, language)
        assert found is not None
        assert found.language == language


def shown(page: str) -> str:
    """Return what the article of a page says, without code."""
    article = re.search(r"<article.*?</article>", page, re.DOTALL)
    assert article
    silent = re.sub(r"<(code|pre)\b.*?</\1>", " ", article.group(), flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", silent)


def chinese_share(text: str) -> float:
    """Return how many of the letters are Chinese characters."""
    chinese, latin = len(re.findall(r"[\u3400-\u9fff]", text)), len(re.findall(r"[A-Za-z]", text))
    return chinese / max(1, chinese + latin)


@pytest.mark.parametrize("slug", sorted(shelf.paths()))
def test_the_chinese_desk_explains_in_chinese_and_the_english_one_in_english(
    db: Path, signed_in: SignedIn, slug: str
) -> None:
    browser = signed_in("alice")
    found = shelf.page(slug, "zh")
    assert found
    for number in range(len(found.parts)):
        text = shown(browser.get(f"/help/{slug}/", {"part": number}).content.decode())
        assert chinese_share(text) >= 0.6, f"{slug}, part {number}: {chinese_share(text):.2f}"
    browser.cookies["zhike_language"] = "en"
    english = browser.get(f"/help/{slug}/").content.decode()
    assert chinese_share(shown(english)) < 0.02


def test_the_share_of_chinese_tells_the_full_note_from_the_page_for_users(
    db: Path, signed_in: SignedIn
) -> None:
    full = signed_in("alice").get("/help/logic/", {"full": "1"}).content.decode()
    assert chinese_share(shown(full)) < 0.6
    assert "The second reading" in full


def test_a_page_leads_to_the_full_note_and_back(db: Path, signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    assert 'href="?full=1"' in browser.get("/help/logic/").content.decode()
    full = browser.get("/help/logic/", {"full": "1"}).content.decode()
    assert 'href="?full=1"' not in full
    assert '<a class="button low" href="/help/logic/">' in full
    assert 'href="?full=1"' not in browser.get("/help/dictionary/").content.decode()


def test_why_of_a_number_leads_to_the_note_on_how_it_is_made(db: Path, signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    client = BookClient.objects.order_by("-score", "client_id").first()
    assert client is not None
    page = browser.get(reverse("client", args=[client.client_id])).content.decode()
    leads = set(re.findall(r'class="why-foot">.*?href="/help/([\w-]+)/"', page))
    assert leads >= {"measures", "value", "clv", "logic", "lifecycle"}
    assert 'href="/help/market/"' in browser.get("/market/").content.decode()
    assert leads | {"market"} <= set(shelf.paths())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_links_between_pages_lead_to_pages_that_are_there(language: Language) -> None:
    targets = set()
    for slug in shelf.pages(language):
        found = shelf.page(slug, language)
        assert found
        html = "".join(part.html for part in found.parts)
        assert "<a>" not in html, slug
        targets |= set(re.findall(r'href="/help/([\w-]+)/', html))
    assert "measures-list" in targets
    assert targets <= set(shelf.paths())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_dictionaries_tell_of_every_table_and_measure_and_their_index_leads_there(
    language: Language,
) -> None:
    tables, told = shelf.page("dictionary", language), shelf.page("measures-list", language)
    assert tables is not None
    assert told is not None
    for found, names in ((tables, [*TABLES, *LEDGER, *RESULTS]), (told, list(MEASURES))):
        for name in names:
            lead = re.search(rf'href="\?part=(\d+)#{name}"', found.parts[0].html)
            assert lead, name
            assert f'id="{name}"' in found.parts[int(lead[1])].html


def test_every_unit_of_a_column_is_told_in_words() -> None:
    units = {c.unit for t in (*TABLES.values(), *LEDGER.values(), *RESULTS.values()) for c in t.columns}
    assert units - {""} == set(dictionary._UNITS)


def test_help_lists_all_notes(db: Path, signed_in: SignedIn) -> None:
    page = signed_in("alice").get("/help/").content.decode()
    assert [slug for slug in shelf.paths() if f'href="/help/{slug}/"' not in page] == []


@pytest.mark.parametrize("full", [{}, {"full": "1"}], ids=["page", "full"])
@pytest.mark.parametrize("slug", sorted(shelf.paths()))
def test_every_note_is_shown_and_nothing_in_it_is_inline(
    db: Path, signed_in: SignedIn, slug: str, full: dict[str, str]
) -> None:
    browser = signed_in("alice")
    found = shelf.note(slug) if full else shelf.page(slug, "zh")
    assert found
    for number in range(len(found.parts)):
        answer = browser.get(f"/help/{slug}/", {"part": str(number), **full})
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


def test_a_heading_of_a_column_that_says_nothing_is_no_heading() -> None:
    html = read("| | b |\n|---|--:|\n| x | 1 |")
    assert "<td></td>" in html
    assert '<th class="n">b</th>' in html


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
