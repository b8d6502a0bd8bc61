"""The page on the API is true: its example runs against a served desk and answers as it says; it names every operation and scope."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import desk_ground
from api_caller import described
from desk_served import Served, served
from forms_over_http import Browser
from zhike_desk import made_up
from zhike_desk.records import demo
from zhike_desk.records.policy import policy

DOCS = Path(__file__).parents[3] / "docs"
PAGES = (DOCS / "api.md", DOCS / "zh" / "api.md")
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCOPES = ("client.list", "care.write", "undo", "data.upload")
SAYS = "zhike-says"
"""What the script writes after each block, so that the answers can be told apart."""


def blocks(page: Path) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in BLOCK.finditer(page.read_text("utf-8"))]


def as_shown(shown: Any, found: Any) -> bool:
    """Tell whether an answer is as the page shows it; `…` stands for anything."""
    if shown == "…":
        return True
    if isinstance(shown, dict) and isinstance(found, dict):
        return shown.keys() == found.keys() and all(as_shown(v, found[k]) for k, v in shown.items())
    if isinstance(shown, list) and isinstance(found, list):
        return len(shown) == len(found) and all(map(as_shown, shown, found))
    return bool(shown == found) and type(shown) is type(found)


def test_what_is_not_as_shown_would_be_found() -> None:
    shown = {"id": "…", "rows": 1, "of": [{"a": None}]}
    assert as_shown(shown, {"id": 7, "rows": 1, "of": [{"a": None}]})
    for other in ({"rows": 2}, {"more": 1}, {"of": []}, {"of": [{"a": 0}]}, {"rows": True}):
        assert not as_shown(shown, {"id": 7, "rows": 1, "of": [{"a": None}]} | other)


def script(page: Path, address: str, secret: str) -> str:
    """Return the page's commands as one script, asking a desk at an address with a token of its own."""
    lines = ["set -eu"]
    for kind, text in blocks(page):
        lines += [text if kind == "sh" else f"echo {SAYS}"]
    whole = "\n".join(lines)
    for name, value in (("ZHIKE", f"{address}/api"), ("TOKEN", secret)):
        whole, times = re.subn(rf"^export {name}=.*$", f"export {name}={shlex.quote(value)}", whole, flags=re.MULTILINE)  # fmt: skip
        assert times == 1, name
    return whole


def token_of(desk: Served, name: str) -> str:
    """Sign in, make a token on the page of settings, return its secret as the page shows it."""
    browser = Browser(desk)
    browser.get("/account/login/")
    assert browser.post("/account/login/", login=name, password=demo.PASSWORD) == 302
    assert browser.post("/settings/token/", name="示例", days="1", scope=SCOPES) == 200
    (secret,) = re.findall(r"<code>(zhike_[\w-]+)</code>", browser.answered)
    return str(secret)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl isn't installed")
def test_the_worked_example_runs_and_is_answered_as_the_page_says(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    kept = desk_ground.kept_home(request.config.cache.mkdir("desk-home"))
    home = Path(shutil.copytree(kept, tmp_path / "home"))
    made_up.mark(home, {"clients": desk_ground.CLIENTS})
    work = tmp_path / "work"
    work.mkdir()
    with served(home, "--workers", "1") as desk:
        desk.wait(240, told="alice")
        commands = script(PAGES[0], f"http://127.0.0.1:{desk.port}", token_of(desk, "bob"))
        ran = subprocess.run(
            ["bash", "-c", commands], cwd=work, capture_output=True, text=True, timeout=200, check=False
        )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    shown = [json.loads(text) for kind, text in blocks(PAGES[0]) if kind == "json"]
    said = [json.loads(text) for text in ran.stdout.split(SAYS)[:-1]]
    assert len(said) == len(shown) > 4
    for one, found in zip(shown, said, strict=True):
        assert as_shown(one, found), found
    assert json.loads((work / "clients.json").read_text())["rows"]


def test_both_languages_have_the_same_commands_and_answers() -> None:
    english, chinese = map(blocks, PAGES)
    assert english == chinese


@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
def test_every_scope_and_every_operation_stands_on_the_page_where_it_belongs(page: Path, db: Path) -> None:
    rows = re.findall(r"^\| `([\w.]+)` \|.*\|(.*)\|$", page.read_text("utf-8"), re.MULTILINE)
    told = {scope: set(re.findall(r"`([A-Z]+ /[^`]*)`", listed)) for scope, listed in rows}
    expected: dict[str, set[str]] = {scope: set() for scope in policy().tokens}
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            scope = policy().routes[f"api:{operation['operationId']}"]
            expected[scope].add(f"{method.upper()} {path.removeprefix('/api')}")
    assert told == expected
