"""`zhike report value`, as a person, a program and a browser read it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from small_drops import take_in
from valued_branch import FIRST, LAST, clients, publish
from zhike.cli import main, value_words
from zhike.cli.value_style import STYLE

HOSTILE = "<script>alert('&\"1')</script>\x1b[2J\x00"
MOVED = {"I5": {"grade": "platinum", "rank": 2, "score": 86.0}, "I2": {"rank": 9, "score": 20.0}}


def filled(folder: Path) -> Path:
    """Return a home folder that something was ingested into."""
    take_in(folder / "home", folder / "drop", {"client.csv": "client_id,kind\nI1,individual\n"})
    return folder / "home"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = filled(tmp_path_factory.mktemp("cli"))
    publish(found, FIRST, clients())
    publish(found, LAST, clients(**MOVED))
    return found


def said(home: Path, capfd: pytest.CaptureFixture[str], *words: str, lang: str = "en", code: int = 0) -> str:
    capfd.readouterr()
    assert main(["report", *words, "--home", str(home), "--lang", lang]) == code
    out, err = capfd.readouterr()
    return err if code else out


def html(home: Path, folder: Path, lang: str = "zh", *words: str) -> tuple[str, ET.Element]:
    """Return a page as text, and as the tree that a strict parser reads."""
    file = folder / f"{lang}.html"
    assert main(["report", "value", "-o", str(file), "--home", str(home), "--lang", lang, *words]) == 0
    text = file.read_text("utf-8")
    return text, ET.fromstring(text)


def words_of(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_the_terminal_tells_it_in_both_languages(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    chinese, english = (said(home, capfd, "value", lang=lang) for lang in ("zh", "en"))
    assert "【个人客户】10 户（模型 individual-1）：资产 5.5万" in chinese
    assert re.search(r"^黄金 +2 +20\.0% +1\.5万 +27\.3% +180 +18\.0% +180 +20\.0%$", chinese, re.M)
    assert "[institutions] 1 clients" in english
    assert re.search(r"^20% +61\.1% +55\.0% +29\.1% +77\.8%$", english, re.M)
    assert re.search(r"^I5 +growth → platinum +5 → 2 +57\.0 → 86\.0", english, re.M)
    assert f"as of {FIRST}" in english


def test_json_holds_the_whole_report(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = json.loads(said(home, capfd, "value", "--format", "json"))
    assert [k["kind"] for k in found["kinds"]] == ["individual", "institution"]
    first = found["kinds"][0]
    assert first["grades"]["diamond"] == {"clients": 1, "assets": 10_000, "revenue": 500, "contribution": 500}
    assert sum(c["sums"]["clients"] for c in first["cells"]) == first["total"]["clients"] == 10
    assert first["by_score"]["revenue"]["top"] == pytest.approx(0.55)
    assert {(m["before"], m["after"]): m["clients"] for m in found["moves"]}["growth", "platinum"] == 1
    one = json.loads(said(home, capfd, "value", "--format", "json", "--kind", "institution"))
    assert [k["kind"] for k in one["kinds"]] == ["institution"]


@pytest.mark.parametrize(("lang", "title"), [("zh", "客户价值报告"), ("en", "What clients are worth")])
def test_the_page_is_whole_in_itself_and_well_formed(
    home: Path, tmp_path: Path, lang: str, title: str
) -> None:
    text, root = html(home, tmp_path, lang)
    assert root.get("lang") == lang
    assert words_of(root.find(".//h1")) == title  # type: ignore[arg-type]
    assert not re.search(r"https?:|//\w|url\(|@import|\bsrc=|\bhref=|\bon\w+=", text)
    assert {e.tag for e in root.iter()}.isdisjoint({"script", "link", "img", "iframe", "object"})
    assert "prefers-color-scheme: dark" in text
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for name in (element.get("aria-labelledby") or "").split():
            assert name in ids


def test_every_picture_and_table_can_be_read_aloud(home: Path, tmp_path: Path) -> None:
    _, root = html(home, tmp_path)
    pictures = list(root.iter("svg"))
    assert len(pictures) == 2 * 5 + 1
    for picture in pictures:
        assert picture.get("role") == "img"
        assert words_of(picture.find("title"))  # type: ignore[arg-type]
        assert words_of(picture.find("desc"))  # type: ignore[arg-type]
    for table in root.iter("table"):
        columns = table.findall("thead/tr/th")
        assert columns
        assert all(th.get("scope") == "col" for th in columns)
        for row in table.findall("tbody/tr"):
            assert row[0].get("scope") == "row"
            assert len(row) == len(columns)


def test_the_page_says_on_top_what_it_is_about(home: Path, tmp_path: Path) -> None:
    _, root = html(home, tmp_path)
    about = words_of(root.find(".//header/p"))  # type: ignore[arg-type]
    assert str(LAST) in about
    assert "个人客户 10 (individual-1)" in about
    assert "机构客户 1 (institution-1)" in about
    movers = next(t for t in root.iter("table") if t.get("class") == "movers")
    assert [words_of(c) for c in movers.findall("tbody/tr")[0]][:4] == [
        "I5",
        "成长 → 白金",
        "5 → 2",
        "57.0 → 86.0",
    ]


def test_bars_are_as_long_as_their_shares(home: Path, tmp_path: Path) -> None:
    _, root = html(home, tmp_path)
    bars = [r for r in next(root.iter("svg")).iter("rect") if r.get("class") == "c2"]
    clients_ = [float(r.get("width", 0)) for r in bars]  # diamond 1, platinum 2, gold 2, growth 1, standard 4
    assert [round(w / clients_[0]) for w in clients_] == [1, 2, 2, 1, 4]


def test_names_that_came_from_files_are_written_out(tmp_path: Path) -> None:
    home = filled(tmp_path)
    there = [{**row, "client_id": HOSTILE} if row["client_id"] == "I5" else row for row in clients()]
    then = [{**row, **MOVED["I5"]} if row["client_id"] == HOSTILE else row for row in there]
    publish(home, FIRST, there)
    publish(home, LAST, then)
    text, root = html(home, tmp_path)
    assert "<script" not in text
    assert "\x1b" not in text
    assert "\x00" not in text
    assert any("<script>alert('&\"1')</script>\\x1b[2J\\x00" in words_of(th) for th in root.iter("th"))


def test_a_branch_without_revenue_and_a_first_generation_have_a_page_too(tmp_path: Path) -> None:
    nothing: dict[str, dict[str, Any]] = {
        r["client_id"]: {"net_now": None, "revenue_12m": 0.0, "contribution_12m": -2.0, "logic": None, "quadrant": None} for r in clients()
    }  # fmt: skip
    home = filled(tmp_path)
    publish(home, FIRST, clients(**nothing))
    text, root = html(home, tmp_path, "en")
    assert "No total is above 0" in text
    assert "Of 10 more too little is known" in text
    assert "This is the first generation" in words_of(root)
    assert "nan" not in re.sub(r"<style>.*</style>", "", text, flags=re.DOTALL).lower()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("value", "--format", "csv"), "has no format csv"),
        (("value", "-o", "x.svg"), "Use --format table, json or html"),
        (("value", "-o", "x.html", "--format", "table"), "can't be written to a file as table"),
        (("value", "--show", "pnl"), "--show belongs to the report phases"),
        (("phases", "--kind", "product"), "--kind belongs to the report value"),
        (("phases", "--format", "html"), "Use --format table, csv, json or svg"),
        (("value", "--kind", "product"), "Kinds that are valued: individual, institution"),
        (("value", "--kind", "people"), "invalid choice"),
        (("value", "--generation", "2031"), "no one generation '2031'"),
        (("valu",), "Did you mean 'value'"),
    ],
)
def test_wrong_use_says_what_to_do(
    home: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...], answer: str
) -> None:
    assert answer in said(home, capfd, *words, code=2)


def test_money_is_told_in_few_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    amounts = (0.4, -12_345.0, 9_999.0, 345_000_000.0)
    assert [value_words.money(x) for x in amounts] == ["0", "-12.3k", "10.0k", "345.00m"]
    monkeypatch.setattr(value_words, "language", lambda: "zh")
    assert [value_words.money(x) for x in amounts] == ["0", "-1.2万", "9,999", "3.45亿"]


# Contrast, as WCAG 2 defines it: words on their ground, and on the darkest field they stand on.


def _luminance(colour: tuple[float, ...]) -> float:
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", [0, 1], ids=["light", "dark"])
def test_words_stand_out_from_every_ground(ground: int) -> None:
    block = re.findall(r":root \{([^}]*)\}", STYLE)[ground]
    colour = {n: tuple(int(h[i : i + 2], 16) / 255 for i in (0, 2, 4)) for n, h in re.findall(r"--(\w+): #(\w{6})", block)}  # fmt: skip
    for words in ("ink", "quiet"):
        assert _contrast(colour[words], colour["card"]) >= 4.5
        assert _contrast(colour[words], colour["paper"]) >= 4.5
    for tint in ("blue", "orange", "still"):
        field = tuple(0.45 * t + 0.55 * c for t, c in zip(colour[tint], colour["card"], strict=True))
        assert _contrast(colour["ink"], field) >= 4.5
