"""The page of parts shows each part with the lines that make it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from django.test import Client

from zhike_desk.pages.parts.context import SAMPLES, shown


def test_every_sample_is_drawn_with_its_own_lines(db: Path, signed_in: Callable[[str], Client]) -> None:
    page = signed_in("alice").get("/parts/").content.decode()
    assert re.findall(r'<section class="card part" id="part-([\w-]+)"', page) == [
        anchor for anchor, *_ in SAMPLES
    ]
    assert page.count("<pre tabindex") == len(SAMPLES)
    assert "{% chip &quot;logic&quot; &quot;value&quot; %}" in page  # the lines, as text


def test_every_part_of_the_frame_is_shown_in_some_sample() -> None:
    folder = Path(__file__).parents[4] / "src/zhike_desk"
    samples = "".join(p.read_text("utf-8") for p in (folder / "pages/parts/templates").rglob("*.html"))
    within = "".join(p.read_text("utf-8") for p in (folder / "ui/templates/parts").glob("*.html"))
    parts = {p.name for p in (folder / "ui/templates/parts").glob("*.html")}
    assert {name for name in parts if f"parts/{name}" not in samples + within} == set()


def test_ids_on_the_page_are_there_once(db: Path, signed_in: Callable[[str], Client]) -> None:
    page = signed_in("alice").get("/parts/").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) > 20
    assert callable(shown)
