"""`zhike up`: what `make run` shows, whatever there is to take in."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import pytest

from small_drops import FIRST, drop
from zhike.base.errors import UsageError
from zhike.cli import session
from zhike.cli.arguments import Parser
from zhike.datacentre.generation import Generation
from zhike_desk.commands import up as room


@pytest.fixture
def up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.delenv(room.REAL_DATA, raising=False)
    monkeypatch.setenv("ZHIKE_THREADS", "1")

    def run(*words: str | Path, lang: str = "en") -> tuple[int, str]:
        arguments = ["up", *map(str, words), "--lang", lang, "--home", str(tmp_path / "home")]
        with session.begin(arguments, os.environ):
            parser = Parser(prog="zhike")
            room.register(parser.add_subparsers())
            args: argparse.Namespace = parser.parse_args(arguments)
            code = args.run(args)
        return code, capfd.readouterr().out

    return run


def test_a_named_drop_is_taken_in_and_findings_do_not_fail_the_command(up: Any, tmp_path: Path) -> None:
    code, said = up(drop(tmp_path / "mine", FIRST))
    assert code == 0
    for expected in ("Taking in mine", "What there is now", "What was wrong", "amount_mismatch", "What next"):
        assert expected in said


def test_the_example_comes_in_once_and_the_second_run_says_so(up: Any) -> None:
    code, said = up("--example")
    assert code == 0
    assert "unknown_flag" in said
    assert "logic" in said
    code, said = up("--example", lang="zh")
    assert code == 0
    assert "什么都没有改变" in said
    assert "下一步" in said


def test_without_anything_a_branch_is_made_up_and_two_nights_run(up: Any, tmp_path: Path) -> None:
    code, said = up("--clients", "40", "--days", "150")
    assert code == 0
    for expected in ("Making a branch up", "The night", "Generation", "proposal", "market_state"):
        assert expected in said
    latest, earlier = Generation.kept(tmp_path / "home")
    assert (latest.manifest.as_of - earlier.manifest.as_of).days == 7
    assert latest.manifest.previous == earlier.id
    assert latest.rows("transition") > 0


def test_a_folder_that_is_no_real_data_is_named(up: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        up("--real", tmp_path)
    assert "market_cn" in refused.value.sentence("en")
    assert "--real" in refused.value.sentence("en")


def test_without_the_examples_the_command_says_where_they_are(
    up: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "EXAMPLES", tmp_path / "nowhere")
    with pytest.raises(UsageError) as refused:
        up("--example")
    assert "sources" in refused.value.sentence("en")


def test_real_data_makes_four_drops(up: Any, real_data: Path) -> None:
    code, said = up("--real", real_data)
    assert code == 0
    for feed in ("market", "htsec", "hxsec", "investors"):
        assert f"Taking in {feed}" in said
