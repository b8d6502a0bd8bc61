"""Exports: nothing in a file is a live formula, what was written is read back, who took it stands in it, and the rules hold."""

from __future__ import annotations

import csv
import io
import stat
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from openpyxl import load_workbook

import trust_ground as ground
from trust_ground import AT
from zhike_desk.records import exported, sheets
from zhike_desk.records.actions import approvals, exports, holds
from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.models import AuditRow, BookIdentity, Hold, Job, User
from zhike_desk.records.refusals import Refused
from zhike_desk.records.sheets import Column, Watermark
from zhike_desk.records.viewer import Denied, Viewer

People = Callable[[str], Viewer]
ALICE = Viewer(1, "alice", "manager", name="=韩爱丽")
LIVE = "=+-@\t\r\n＝＋－＠"
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
FORMULAS = st.builds(str.__add__, st.sampled_from([*LIVE, "'="]), TEXTS)


def written(form: str, values: list[str], purpose: str = "周会") -> tuple[Path, int]:
    folder = Path(tempfile.mkdtemp())
    mark = Watermark(ALICE, AT, purpose, date(2025, 6, 30), "zh")
    columns = [Column("姓名", "text"), Column("净资产", "number"), Column("开户日", "date")]
    rows = [(value, float(i), date(2025, 1, 2)) for i, value in enumerate(values)]
    return folder / f"f.{form}", sheets.write(folder / f"f.{form}", form, columns, rows, mark)  # type: ignore[arg-type]


@examples(max_examples=60)
@given(values=st.lists(st.one_of(TEXTS, FORMULAS), min_size=1, max_size=5), purpose=FORMULAS)
@example(values=["=1+1", "@SUM(A1)", "-2", "+3", "\tx", "＝1", "'already"], purpose="=cmd|' /C calc'!A0")
def test_no_cell_of_a_csv_is_a_live_formula_and_taking_one_apostrophe_off_restores_it(
    values: list[str], purpose: str
) -> None:
    path, rows = written("csv", values, purpose)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    assert rows == len(values)
    assert [line[0].removeprefix("'") if line[0][:1] == "'" else line[0] for line in lines[1:-1]] == values
    assert not any(cell[:1] in LIVE for line in lines for cell in line if cell)
    assert len({len(line) for line in lines}) == 1
    assert lines[-1][0].startswith("# 导出人: =韩爱丽 (alice)")


@examples(max_examples=40)
@given(values=st.lists(st.one_of(TEXTS, FORMULAS), min_size=1, max_size=5))
@example(values=["=1+1", "http://example.com", "00123", "@SUM(A1)"])
def test_no_cell_of_a_workbook_is_a_formula_and_text_is_read_back_as_it_was(values: list[str]) -> None:
    path, _ = written("xlsx", values)
    sheet, mark = load_workbook(path).worksheets
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s"}
    assert [_unescaped(cell.value) for cell in cells] == values
    assert {cell.data_type for row in mark.iter_rows() for cell in row} == {"s"}
    assert mark.cell(1, 2).value == "=韩爱丽 (alice)"


def _unescaped(value: object) -> str:
    """Read what a workbook writes for characters that XML has no room for."""
    from openpyxl.utils.escape import unescape

    return unescape(str(value)) if value is not None else ""


def test_a_planted_formula_would_be_caught() -> None:
    import xlsxwriter

    path = Path(tempfile.mkdtemp()) / "f.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write(0, 0, "=1+1")
    assert load_workbook(path).worksheets[0].cell(1, 1).data_type == "f"


def test_what_is_not_known_is_an_empty_cell_and_equal_headings_are_told_apart() -> None:
    path = Path(tempfile.mkdtemp()) / "f.csv"
    mark = Watermark(ALICE, AT, "周会", None, "en")
    columns = [Column("a", "number"), Column("a", "number")]
    sheets.write(path, "csv", columns, [(UNKNOWN, 1.5), (None, 2.0)], mark)
    lines = path.read_text("utf-8-sig").splitlines()
    assert lines[:3] == ["a,a 2", ",1.5", ",2"]
    assert (
        lines[3]
        == '"# Taken out by: =韩爱丽 (alice) · When: 2025-07-02 10:00 · Rows: 2 · Purpose: 周会 · Data as of: — · Approved by: —",'
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_manager_takes_out_own_clients_masked_and_the_log_says_so(db: Path, viewer: People) -> None:
    alice = viewer("alice")
    rows = exports.count("", by=alice)
    made = exports.small("", form="csv", purpose="周会材料", typed=rows, by=alice, at=AT)
    text = made.content.decode("utf-8-sig")
    assert made.rows == rows == 27
    assert len(text.splitlines()) == 27 + 2
    assert not any(who in text for who in _identities())
    last = AuditRow.objects.order_by("seq").last()
    assert last is not None
    assert (last.action, last.object_id, last.actor) == ("export.small", "27", "alice")


def test_a_count_that_was_typed_wrong_more_rows_than_are_free_and_an_analyst_are_refused(
    db: Path, viewer: People
) -> None:
    alice, before = viewer("alice"), ground.tables()
    with pytest.raises(Refused, match="Type the number of rows, 27"):
        exports.small("", form="csv", purpose="周会", typed=26, by=alice, at=AT)
    with pytest.raises(Refused, match="Please give the purpose"):
        exports.small("", form="csv", purpose=" ", typed=27, by=alice, at=AT)
    with pytest.raises(Denied):
        exports.small("", form="csv", purpose="周会", typed=80, by=viewer("erin"), at=AT)
    with pytest.raises(Refused, match="no such format"):
        exports.small("", form="ods", purpose="周会", typed=27, by=alice, at=AT)  # type: ignore[arg-type]
    assert ground.tables() == before


def test_an_export_of_many_needs_approval(db: Path, viewer: People, monkeypatch: pytest.MonkeyPatch) -> None:
    from zhike_desk.records.models import Setting

    Setting.objects.create(name="export.rows", value=26, created_at=AT, changed_at=AT)
    with pytest.raises(Refused, match="27 rows: more than 26 need approval"):
        exports.small("", form="csv", purpose="周会", typed=27, by=viewer("alice"), at=AT)


def test_an_unmasked_export_is_made_only_after_somebody_else_agreed_and_read_only_by_who_asked(
    db: Path, viewer: People
) -> None:
    alice, bob, dora = viewer("alice"), viewer("bob"), viewer("dora")
    asked = exports.request(
        "", form="csv", identity=["name", "phone"], purpose="监管报送", typed=27, by=alice, at=AT
    )
    assert asked.asked
    assert not Job.objects.exists()
    with pytest.raises(Denied):
        approvals.approve(int(asked.id), seen=1, by=alice, at=AT)
    job = int(approvals.approve(int(asked.id), seen=1, by=bob, at=AT).id)
    result = exports.produce(job, AT)
    Job.objects.filter(pk=job).update(state="done", result=result)
    path, media = exports.download(job, by=alice, at=AT)
    text = path.read_text("utf-8-sig")
    named = BookIdentity.objects.get(client_id=text.splitlines()[1].split(",")[0])
    assert named.name in text.splitlines()[1]
    assert "审批人: bob" in text.splitlines()[-1]
    assert (result["rows"], media, stat.S_IMODE(path.stat().st_mode)) == (
        27,
        "text/csv; charset=utf-8",
        0o600,
    )
    for other in (bob, dora, viewer("grace")):
        with pytest.raises(Denied):
            exports.download(job, by=other, at=AT)
    seen = list(AuditRow.objects.order_by("seq").values_list("action", "actor"))[-4:]
    assert seen == [
        ("approval.done", "bob"),
        ("export.approved", "alice"),
        ("export.made", "alice"),
        ("export.download", "alice"),
    ]


def test_a_client_frozen_meanwhile_and_one_handed_on_are_not_in_the_file_any_more(
    db: Path, viewer: People
) -> None:
    alice, bob = viewer("alice"), viewer("bob")
    asked = exports.request("", form="csv", purpose="监管报送", typed=27, by=alice, at=AT)
    job = int(approvals.approve(int(asked.id), seen=1, by=bob, at=AT).id)
    ground.targets()  # freezes one of hers
    assert exports.produce(job, AT)["rows"] == 26


def _made(viewer: People) -> tuple[int, Path]:
    """Have an export of Alice's clients asked for, approved and made; return its job and its file."""
    asked = exports.request("", form="csv", purpose="监管报送", typed=27, by=viewer("alice"), at=AT)
    job = int(approvals.approve(int(asked.id), seen=1, by=viewer("bob"), at=AT).id)
    result = exports.produce(job, AT)
    Job.objects.filter(pk=job).update(state="done", result=result)
    return job, exported.folder() / result["file"]


def test_a_file_with_somebody_frozen_since_in_it_is_not_given_out_until_that_is_lifted(
    db: Path, viewer: People, signed_in: Callable[[str], Client]
) -> None:
    job, file = _made(viewer)
    alice = signed_in("alice")
    assert alice.post(f"/approvals/exports/{job}/").status_code == 200
    ground.hold(ground.targets()["other"])  # of another branch: not in it
    Hold.objects.exclude(client_id__in=_numbers(file)).delete()
    frozen = Hold.objects.get()  # targets() froze one of hers
    answer = alice.post(f"/approvals/exports/{job}/")
    assert answer.status_code == 422
    assert "不再允许导出" in answer.content.decode()
    assert frozen.client_id not in answer.content.decode()
    assert AuditRow.objects.filter(action="export.download").count() == 1
    Hold.objects.update(lifted_at=AT)
    assert alice.post(f"/approvals/exports/{job}/").status_code == 200


def test_a_file_of_which_nobody_wrote_down_who_is_in_it_is_not_given_out(db: Path, viewer: People) -> None:
    job, file = _made(viewer)
    file.with_name(f"{file.name}.who").unlink()
    with pytest.raises(Refused, match="may no longer be taken out"):
        exports.download(job, by=viewer("alice"), at=AT)


def test_the_files_an_erased_client_is_in_are_removed_and_others_stay(transactional: Path) -> None:
    def viewer(name: str) -> Viewer:
        return Viewer.of(User.objects.get(username=name))

    job, file = _made(viewer)
    his, hers = ground.targets_of("charlie"), _numbers(file)[5]
    assert his not in _numbers(file)
    for client_id, there in ((his, True), (hers, False)):
        holds.forget(client_id, AT)
        assert file.exists() is there
    assert not file.with_name(f"{file.name}.who").exists()
    with pytest.raises(Refused, match="past its time"):
        exports.download(job, by=viewer("alice"), at=AT)


def _numbers(file: Path) -> list[str]:
    return [line.split(",")[0] for line in file.read_text("utf-8-sig").splitlines()[1:-1]]


def test_an_exported_file_goes_after_its_days(db: Path, viewer: People) -> None:
    folder = exports.folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "old.csv").write_text("x")
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    assert exports.sweep(now) == 0
    assert exports.sweep(now + timedelta(days=8)) >= 1
    assert not (folder / "old.csv").exists()


def _identities() -> list[str]:
    rows = BookIdentity.objects.values_list("name", "phone", "id_number")
    return [value for row in rows for value in row if len(value) > 1]
