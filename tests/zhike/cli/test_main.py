"""The command line itself: languages, home folder, help, other packages' commands, being stopped."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zhike.cli import main, session
from zhike.cli.output import safe, table, width, wrapped
from zhike.cli.progress import Bar, progress

COMMANDS = ("ingest", "findings", "undo", "export", "tables", "check", "simulate")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZHIKE_HOME", "ZHIKE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def python(code: str, *paths: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    found = os.pathsep.join([*map(str, paths), *sys.path])
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        capture_output=True,
        encoding="utf-8",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": found, **environment},
        check=False,
    )


# help


def test_help_names_every_command_and_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"    {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_in_both_languages(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help", "--lang", "zh"]) == 0
    assert capsys.readouterr().out.startswith("用法：")
    assert main([name, "--help", "--lang", "en"]) == 0
    assert capsys.readouterr().out.startswith("usage: ")


def test_help_loads_none_of_the_heavy_libraries() -> None:
    heavy = "{'pyarrow', 'duckdb', 'numba', 'numpy', 'narwhals', 'xlsxwriter', 'openpyxl'}"
    ran = python(
        f"import sys; from zhike.cli import main; main(['--help']); print(sorted({heavy} & set(sys.modules)))"
    )
    assert ran.stdout.splitlines()[-1] == "[]", ran.stderr


def test_no_command_at_all_shows_the_help_and_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "ingest" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out[0].isdigit()


# usage


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (["chek"], "是否想写“check”？", "Did you mean 'check'?"),
        (["ingest"], "缺少参数：DROP。", "The following arguments are required: DROP."),
        (["tables", "more"], "不认识的参数：more。", "Unrecognized arguments: more."),
        (["tables", "--format"], "选项 --format 需要一个值。", "Argument --format: expected one argument."),
        (["tables", "--format", "pdf"], "--format 不能是“pdf”", "Argument --format: invalid choice: 'pdf'"),
        (
            ["ingest", "x", "--as-of", "20250230"],
            "--as-of 的值“20250230”无法理解。",
            "Argument --as-of: invalid date value: '20250230'.",
        ),
        (["findings", "--limit", "many"], "--limit 的值“many”无法理解。", "invalid int value: 'many'"),
    ],
)
def test_a_wrong_command_is_explained_in_both_languages(
    words: list[str], zh: str, en: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for language, said in (("zh", zh), ("en", en)):
        assert (
            main([*words, "--lang", language]) == 2
            if words[-1] != "--format"
            else main(["--lang", language, *words]) == 2
        )
        found = capsys.readouterr()
        assert said in found.err
        assert found.out == ""


# session


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ([], {"LC_ALL": "zh_CN.GB18030", "LANG": "en_US.UTF-8"}, "zh"),
        ([], {"LC_ALL": "zh_CN.UTF-8", "ZHIKE_LANG": "en"}, "en"),
        (["--lang", "zh"], {"ZHIKE_LANG": "en"}, "zh"),
        (["--lang=zh"], {}, "zh"),
        (["--", "--lang", "zh"], {}, "en"),
        (["--lang", "fr"], {"LANG": "zh_TW"}, "zh"),
    ],
)
def test_the_language_is_the_options_then_the_environments(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    with session.begin(arguments, environment) as found:
        assert (found.language, session.language()) == (language, language)


def test_the_home_is_the_options_then_the_environments_then_the_users_own() -> None:
    for arguments, environment, expected in (
        (["--home", "a"], {"ZHIKE_HOME": "b"}, Path("a")),
        ([], {"ZHIKE_HOME": "b"}, Path("b")),
        ([], {}, Path.home() / "zhike"),
    ):
        with session.begin(arguments, environment):
            assert session.home() == expected


def test_a_run_inside_another_goes_on_in_its_language_and_home() -> None:
    with session.begin(["--lang", "zh", "--home", "a"], {}), session.begin([], {"ZHIKE_LANG": "en"}):
        assert (session.language(), session.home()) == ("zh", Path("a"))
        with session.begin(["--lang", "en"], {}):
            assert session.language() == "en"
        assert session.language() == "zh"


# other packages' commands


def plugin(folder: Path, code: str, module: str = "guest") -> Path:
    """Lay out an installed package whose entry point adds the command `guest`."""
    (folder / f"{module}.py").write_text(code)
    info = folder / "guest-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: guest\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[zhike.commands]\nguest = guest:register\n")
    return folder


def guest(body: str) -> str:
    return (
        "import os, sys\n"
        "def register(subparsers):\n"
        "    parser = subparsers.add_parser('guest', help='a guest')\n"
        "    parser.add_argument('--home')\n"
        "    parser.set_defaults(run=run)\n"
        "def run(args):\n"
        f"    {body}\n"
    )


RUN = "from zhike.cli import main; raise SystemExit(main(['guest', '--home', 'x']))"


def test_a_command_of_another_package_is_run_with_its_exit_code(tmp_path: Path) -> None:
    ran = python(RUN, plugin(tmp_path, guest("print(args.home); return 7")))
    assert (ran.returncode, ran.stdout) == (7, "x\n")


def test_a_command_whose_package_is_not_there_is_left_out(tmp_path: Path) -> None:
    folder = plugin(tmp_path, "")
    (folder / "guest.py").unlink()
    ran = python(RUN, folder)
    assert ran.returncode == 2
    assert "invalid choice: 'guest'" in ran.stderr


def test_a_package_that_misses_something_else_is_told_not_left_out(tmp_path: Path) -> None:
    ran = python(RUN, plugin(tmp_path, "import a_module_that_is_not_there"))
    assert ran.returncode == 1
    assert "a_module_that_is_not_there" in ran.stderr


def test_ctrl_c_ends_with_130_and_one_sentence(tmp_path: Path) -> None:
    ran = python(RUN, plugin(tmp_path, guest("raise KeyboardInterrupt")))
    assert (ran.returncode, ran.stdout) == (130, "")
    assert ran.stderr == "Stopped; unfinished work leaves no trace, run it again.\n"


def test_a_reader_that_went_away_ends_with_141_in_silence(tmp_path: Path) -> None:
    closed = "os.dup2(os.open('/dev/null', os.O_RDONLY), 9); r, w = os.pipe(); os.dup2(w, 1); os.close(w); os.close(r)"
    ran = python(RUN, plugin(tmp_path, guest(f"{closed}; print('x' * 1_000_000); return 0")))
    assert (ran.returncode, ran.stderr) == (141, "")


def test_a_full_disk_ends_with_3_and_says_what_next(tmp_path: Path) -> None:
    ran = python(RUN, plugin(tmp_path, guest("raise OSError(28, 'No space left on device', 'some/file')")))
    assert ran.returncode == 3
    assert [s.partition(":")[0] for s in ran.stderr.splitlines()] == ["The system refused", "Where", "Next"]


def test_python_m_zhike_is_the_command_line() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "zhike", "--version"],
        capture_output=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert ran.returncode == 0


# output


def test_chinese_characters_take_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert width("客户A") == 5
    table(["表", "n"], [["trade", 1_234], ["客户", 5]])
    assert capsys.readouterr().out == "表         n\ntrade  1,234\n客户       5\n"


def test_long_lists_go_on_in_the_next_line_under_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    wrapped("list", ["aaaa", "bbbb", "cccc"], indent=8, limit=20)
    assert capsys.readouterr().out == "  list  aaaa, bbbb,\n        cccc\n"


def test_what_could_steer_a_terminal_is_written_out() -> None:
    assert safe("a\x1b[2J\u202eb\nc\u3000客") == "a\\x1b[2J\\u202eb\\nc\u3000客"


# progress


def test_nobody_watches_nothing_is_drawn() -> None:
    with progress() as bar:
        assert bar is None


class Terminal(io.StringIO):
    """A standard error that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_a_bar_is_drawn_only_when_work_is_long_and_wiped_away_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress() as bar:
        assert bar is not None
        bar("read", 1, 2)
    assert terminal.getvalue() == ""
    Bar(patience=0.0)("read", 1, 2)
    assert terminal.getvalue().endswith(" 50%\x1b[K")
    assert terminal.getvalue().count("█") == 15
