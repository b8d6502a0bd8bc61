"""Styles and scripts: small, told apart by eye in both themes, no script made of text, vendored bytes as they were."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import brotli
import pytest

DESK = Path(__file__).parents[3] / "src" / "zhike_desk"
STATIC = DESK / "ui" / "static" / "ui"
CSS = (STATIC / "desk.css").read_text("utf-8")
OURS = [p for p in sorted(DESK.rglob("*.js")) if "vendor" not in p.parts]
MADE_OF_TEXT = re.compile(
    r"\beval\s*\(|new Function|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|setAttribute\(\s*[\"'](on|style)"
)


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block))


def block(selector: str) -> str:
    at = CSS.index(selector + " {")
    return CSS[at : CSS.index("}", at)]


LIGHT = tokens(block(":root"))
DARK = tokens(block(':root[data-theme="dark"]'))
FOLLOWED = tokens(block(':root:not([data-theme="light"])'))


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2: 21 for black on white, 1 for the same colour."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_is_that_of_the_standard() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48  # just too little for text: a gate that can fail


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_of_every_colour_can_be_read_on_every_ground(theme: dict[str, str]) -> None:
    words = ("ink", "ink-2", "ink-3", "accent", "rise", "fall", "note", "care", "grave")
    grounds = ("ground", "surface", "raised")
    pairs = [(w, g) for w in words for g in grounds]
    pairs += [(tone, f"{tone}-soft") for tone in ("accent", "note", "care", "grave")]
    pairs += [("ink", f"{tone}-soft") for tone in ("accent", "note", "care", "grave")]
    pairs += [
        ("on-accent", "accent"),
        ("on-accent", "accent-hover"),
        ("ink-2", "sunken"),
        ("ink-3", "sunken"),
        ("ground", "ink"),
    ]
    pairs += [(colour, "accent-soft") for colour in ("rise", "fall")]  # in a row that is chosen
    assert [(w, g) for w, g in pairs if contrast(theme[w], theme[g]) < 4.5] == []


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_fields_and_series_of_charts_stand_out(theme: dict[str, str]) -> None:
    marks = ["edge", *(f"c{i}" for i in range(1, 9))]
    assert [m for m in marks if contrast(theme[m], theme["surface"]) < 3] == []


def test_dark_is_the_same_whether_chosen_or_followed() -> None:
    assert DARK == FOLLOWED
    assert set(LIGHT) == set(DARK)


def test_red_is_for_a_rise_and_the_west_turns_it_round() -> None:
    red, green = LIGHT["rise"], LIGHT["fall"]
    assert int(red[1:3], 16) > int(red[3:5], 16) > 0 or int(red[1:3], 16) > 150
    assert int(green[3:5], 16) > int(green[1:3], 16)
    assert "--up: var(--rise)" in CSS
    assert ':root[data-updown="west"] { --up: var(--fall); --down: var(--rise); }' in CSS


def test_styles_of_all_pages_together_stay_small_and_load_nothing() -> None:
    sheets = sorted(DESK.rglob("*.css"))
    assert sum(len(p.read_text("utf-8").splitlines()) for p in sheets) <= 1200
    assert [p.name for p in sheets if re.search(r"@import|url\((?!['\"]?data:)", p.read_text("utf-8"))] == []


def test_every_colour_of_a_page_is_a_token() -> None:
    sheets = [p for p in DESK.rglob("*.css") if p != STATIC / "desk.css"]
    loose = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)|\brgba?\(|\bhsla?\(")
    assert [p.relative_to(DESK).as_posix() for p in sheets if loose.search(p.read_text("utf-8"))] == []


def test_no_script_of_ours_makes_code_or_markup_out_of_text() -> None:
    assert len(OURS) >= 3
    assert [p.name for p in OURS if MADE_OF_TEXT.search(p.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "planted", ["eval ('1')", "box.innerHTML = name", "new Function(x)", "a.setAttribute('onclick', x)"]
)
def test_a_planted_script_made_of_text_is_found(planted: str) -> None:
    assert MADE_OF_TEXT.search(planted)


def test_vendored_scripts_are_the_bytes_their_list_names() -> None:
    listed = dict(
        re.findall(r"\| (\S+) \|.*`([0-9a-f]{64})` \|", (STATIC / "vendor" / "README.md").read_text("utf-8"))
    )
    scripts = {p.name: p.read_bytes() for p in (STATIC / "vendor").glob("*.js")}
    assert {name: hashlib.sha256(data).hexdigest() for name, data in scripts.items()} == listed
    assert not any(b"sourceMappingURL" in data for data in scripts.values())


def test_a_list_page_and_a_page_of_charts_load_what_the_budget_allows() -> None:
    from django.contrib.staticfiles import finders

    def weight(*names: str) -> int:
        return sum(len(brotli.compress(Path(str(finders.find(n))).read_bytes())) for n in names)

    frame = weight(
        "ui/desk.css",
        "ui/desk.js",
        "ui/palette.js",
        "ui/icons.svg",
        "ui/mark.svg",
        "django_htmx/htmx-2.min.js",
    )
    charts = weight("ui/vendor/echarts.min.js", "ui/charts.js")
    assert frame <= 48_000  # 60 kB less 12 kB of HTML
    assert frame + charts <= 365_000  # 380 kB less HTML and its data


def test_static_files_are_collected_under_hashed_names(tmp_path: Path) -> None:
    from django.contrib.staticfiles.management.commands.collectstatic import Command
    from django.test import override_settings

    from zhike_desk.ui.rooms import HashedStatic

    with override_settings(STATIC_ROOT=tmp_path):
        storage = HashedStatic(location=tmp_path)
        assert storage.stored_name("ui/desk.css") == "ui/desk.css"  # before anything was collected
        command = Command()
        command.storage = storage
        command.set_options(
            interactive=False, verbosity=0, link=False, clear=False, dry_run=False,
            ignore_patterns=["ninja", "admin"], use_default_ignore_patterns=True, post_process=True,
        )  # fmt: skip
        command.collect()
        name = storage.stored_name("ui/desk.css")
        assert re.fullmatch(r"ui/desk\.[0-9a-f]{12}\.css", name)
        assert (tmp_path / name).read_text("utf-8") == CSS
