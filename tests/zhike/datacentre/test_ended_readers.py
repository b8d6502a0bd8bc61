"""A parser process that the system or an operator ends fails the run; its file is neither refused nor half taken in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from small_drops import CLIENTS, drop, take_in
from zhike.base.errors import StoreError
from zhike.datacentre.audit import audit
from zhike.datacentre.readers import sandbox
from zhike.datacentre.store.house import Store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def workbook(folder: Path) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in CLIENTS.splitlines():
        book.active.append(line.split(","))
    book.save(drop(folder, {}) / "client.xlsx")
    return folder


@pytest.fixture
def drop_of_a_workbook(tmp_path: Path) -> Path:
    (tmp_path / "d").mkdir()
    return workbook(tmp_path / "d")


def test_a_killed_parser_fails_the_run_and_the_next_run_takes_the_file(
    tmp_path: Path, drop_of_a_workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, listen = tmp_path / "home", sandbox._listen

    def killed(child: subprocess.Popen[bytes], limits: sandbox.Limits) -> tuple[bytes, int | None]:
        child.kill()  # by somebody else, as far as the one who listens knows
        return listen(child, limits)

    with monkeypatch.context() as patched:
        patched.setattr(sandbox, "_listen", killed)
        with pytest.raises(StoreError) as e:
            take_in(home, drop_of_a_workbook, {})
    assert e.value.where == "client.xlsx"
    assert Store(home).manifest().drops == ()
    assert audit(home).sound
    report = take_in(home, drop_of_a_workbook, {})
    assert [(f.file, f.accepted, f.rejected) for f in report.files] == [("client.xlsx", 2, None)]
    assert Store(home).manifest().rows("client") == 2
