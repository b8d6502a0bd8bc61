"""The log of acts: every edit, deletion, swap and cut of it is found; writers side by side make one chain."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, connections, transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from trust_ground import AT
from zhike_desk.records import audit, scope
from zhike_desk.records.models import AuditHead, AuditRow
from zhike_desk.records.viewer import Viewer

KEY = b"k" * 32
ALICE = Viewer(1, "alice", "manager")
ROWS = 7
OTHER_VALUES = {0: 99, 8: "0" * 64}


def chain(rows: int = ROWS) -> list[audit.Row]:
    """Make a chain of rows, signed."""
    made: list[audit.Row] = []
    before = ""
    for seq in range(1, rows + 1):
        fields = (seq, f"2025-07-02T10:00:0{seq}", "alice", "manager", "note.add", "client", f"C{seq}", "{}")
        before = audit.mac(KEY, before, fields)
        made.append((*fields, before))
    return made


def witnessed(rows: list[audit.Row]) -> list[tuple[int, str]]:
    return [(row[0], row[8]) for row in rows]


def broken(rows: list[audit.Row], seen: list[tuple[int, str]] | None = None) -> list[int]:
    """Return where `rows` break, against what was seen of the whole chain."""
    return [found.seq for found in audit.breaks(rows, witnessed(chain()) if seen is None else seen, KEY)]


def test_a_chain_that_nobody_touched_holds() -> None:
    assert broken(chain()) == []


@given(seq=st.integers(1, ROWS), column=st.integers(1, 7))
def test_one_changed_cell_is_found_where_it_is(seq: int, column: int) -> None:
    rows = chain()
    row = list(rows[seq - 1])
    row[column] = f"{row[column]}x"
    rows[seq - 1] = tuple(row)  # type: ignore[call-overload]
    assert broken(rows, []) == [seq]


@given(seq=st.integers(1, ROWS))
def test_a_deleted_row_is_found_and_the_last_one_too(seq: int) -> None:
    rows = chain()
    del rows[seq - 1]
    assert seq in broken(rows)


@given(first=st.integers(1, ROWS), second=st.integers(1, ROWS))
def test_two_swapped_rows_are_found_whichever_numbers_they_carry(first: int, second: int) -> None:
    rows = chain()
    one, other = rows[first - 1], rows[second - 1]
    rows[first - 1], rows[second - 1] = (first, *other[1:]), (second, *one[1:])  # type: ignore[call-overload]
    assert bool(broken(rows, [])) == (first != second)


@given(left=st.integers(0, ROWS))
def test_a_log_that_was_cut_off_is_shorter_than_the_witness_saw(left: int) -> None:
    found = broken(chain()[:left])
    assert found == [left + 1] * (ROWS - left)


def test_a_log_signed_anew_with_another_key_is_found_row_by_row() -> None:
    forged: list[audit.Row] = []
    before = ""
    for row in chain():
        before = audit.mac(b"x" * 32, before, row[:8])
        forged.append((*row[:8], before))
    assert len(set(broken(forged))) == ROWS


def test_a_log_written_anew_with_the_right_key_is_not_what_the_witness_saw() -> None:
    rows, before = [], ""
    for row in chain():
        fields = (*row[:7], '{"forged":1}') if row[0] == 4 else row[:8]
        before = audit.mac(KEY, before, fields)
        rows.append((*fields, before))
    assert audit.breaks(rows, [], KEY) == []  # the chain alone can't know
    assert broken(rows) == [4, 5, 6, 7]


def test_an_end_that_the_head_does_not_name_is_found() -> None:
    rows = chain()
    assert audit.breaks(rows, [], KEY, end=(ROWS, rows[-1][8])) == []
    assert [b.seq for b in audit.breaks(rows[:-1], [], KEY, end=(ROWS, rows[-1][8]))] == [ROWS - 1]


@examples(max_examples=20)
@given(order=st.permutations(range(ROWS)))
def test_heads_may_come_to_the_witness_in_any_order_and_twice(order: list[int]) -> None:
    seen = [witnessed(chain())[i] for i in order]
    assert audit.breaks(chain(), seen + seen, KEY) == []


def test_rows_and_heads_that_were_committed_verify_and_what_is_rolled_back_leaves_no_trace(
    transactional: Path,
) -> None:
    before = AuditRow.objects.count()
    audit.append(ALICE, "note.add", at=AT, kind="client", object_id="C1", detail={"说明": "好"})
    with transaction.atomic():
        audit.append(ALICE, "note.add", at=AT)
        transaction.set_rollback(True)
    audit.append(None, "night.publish", at=AT)
    assert AuditRow.objects.count() == before + 2
    assert audit.verify() == []
    assert list(AuditRow.objects.values_list("actor", flat=True))[-2:] == ["alice", "system"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE records_auditrow SET detail = '{}' WHERE seq = 2",
        "UPDATE records_auditrow SET actor = 'bob' WHERE seq = 3",
        "DELETE FROM records_auditrow WHERE seq = 2",
        "DELETE FROM records_auditrow WHERE seq >= 3",
        "DELETE FROM records_auditrow",
        "UPDATE records_audithead SET seq = 2",
    ],
)
def test_whoever_writes_to_the_database_behind_our_back_is_found(damage: str, ours: None) -> None:
    for number in range(1, 5):
        audit.append(ALICE, "note.add", at=AT, detail={"number": number})
    assert audit.verify() == []
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert audit.verify() != []


def test_the_end_deleted_with_its_head_put_back_is_told_by_the_witness(ours: None) -> None:
    rows = [audit.append(ALICE, "note.add", at=AT, detail={"number": n}) for n in range(1, 5)]
    AuditRow.objects.filter(seq__gt=2).delete()
    AuditHead.objects.update(seq=2, mac=rows[1].mac)
    assert [found.seq for found in audit.verify()] == [3, 3]


def test_a_line_torn_in_the_witness_spoils_no_other(ours: None) -> None:
    audit.append(ALICE, "note.add", at=AT)
    witness = Path(settings.DESK) / "keys" / audit.WITNESS
    with witness.open("a") as file:
        file.write("\n2 3fe1")
    audit.append(ALICE, "note.add", at=AT)
    assert audit.verify() == []
    AuditRow.objects.filter(seq=2).delete()
    AuditHead.objects.update(seq=1, mac=AuditRow.objects.get(seq=1).mac)
    assert [found.seq for found in audit.verify()] == [2]


def test_eight_writers_at_once_make_one_chain(ours: None) -> None:
    errors: list[BaseException] = []

    def write() -> None:
        try:
            for number in range(10):
                audit.append(ALICE, "note.add", at=AT, detail={"number": number})
        except BaseException as error:  # told below, in the test's own thread
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert AuditRow.objects.count() == 80
    assert audit.verify() == []


@pytest.fixture
def ours(transactional: Path) -> None:
    """Begin with a log that is empty, without a head: as on a desk's first day."""
    AuditRow.objects.all().delete()
    AuditHead.objects.all().delete()
    (Path(settings.DESK) / "keys" / audit.WITNESS).unlink(missing_ok=True)


def test_a_head_that_comes_very_late_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_WINDOW", 1)
    rows = chain()
    seen = [*witnessed(rows)[1:], witnessed(rows)[0]]
    macs = {row[0]: row[8] for row in rows}
    assert audit.breaks(rows, seen, KEY, late=macs.get) == []
    assert [b.seq for b in audit.breaks(rows, seen, KEY)] == [1]


def test_only_what_is_past_the_window_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_WINDOW", 2)  # five rows are more than twice that: the last two stay
    rows, asked = chain(), []

    def late(seq: int) -> str:
        asked.append(seq)
        return rows[seq - 1][8]

    seen = [(seq, rows[seq - 1][8]) for seq in (5, 4, 3, 1)]
    assert audit.breaks(rows, seen, KEY, late=late) == []
    assert asked == [3, 1]
    assert audit.breaks(rows[:4], [(seq, rows[seq - 1][8]) for seq in (4, 1)], KEY, late=late) == []
    assert asked == [3, 1]


def test_each_break_says_what_is_wrong() -> None:
    rows = chain()
    changed = [*rows[:2], (*rows[2][:7], "{1}", rows[2][8]), *rows[3:]]
    forged = [(1, "0" * 64)]
    assert audit.breaks(changed, [], KEY) == [audit.Break(3, "changed since it was written")]
    assert audit.breaks(rows[:1] + rows[3:], [], KEY) == [audit.Break(2, "rows 2 to 3 are missing")]
    assert audit.breaks(rows, forged, KEY) == [audit.Break(1, "not what the witness saw")]
    assert audit.breaks(rows[:5], witnessed(rows)[6:], KEY) == [
        audit.Break(6, "cut off: the witness saw row 7")
    ]
    assert audit.breaks(rows, [], KEY, end=(6, rows[5][8])) == [
        audit.Break(7, "the log says that it ends at 6")
    ]


def test_no_more_breaks_are_told_than_somebody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MOST_BREAKS", 2)
    assert broken([]) == [1, 1]


def test_a_signature_is_over_every_field_after_its_length() -> None:
    one, other = audit.mac(KEY, "", ("ab", "c")), audit.mac(KEY, "", ("a", "bc"))
    assert len(one) == 64
    assert one != other
    assert one == "124636b3af6293d2ab7b483541e595d7a8460db38aa9cf964a4eee0ab8c09a99"
    assert audit.mac(KEY, one, ()) != audit.mac(KEY, "", ())


def test_a_row_says_when_it_was_at_the_branch_who_did_what_and_its_detail_in_order(db: Path) -> None:
    at = datetime(2025, 7, 1, 16, 30, 5, 123456, UTC)
    made = audit.append(ALICE, "note.add", at=at, detail={"说明": "好", "due": date(2025, 7, 2)})
    bare = audit.append(None, "night.publish", at=at, kind="publication", object_id="7")
    detail = '{"due": "2025-07-02", "说明": "好"}'
    moment = "2025-07-02T00:30:05.123+08:00"
    assert AuditRow.objects.values_list(*audit.COLUMNS).get(seq=made.seq) == (
        made.seq, moment, "alice", "manager", "note.add", "", "", detail, made.mac,
    )  # fmt: skip
    assert AuditRow.objects.values_list(*audit.COLUMNS).get(seq=made.seq + 1) == (
        made.seq + 1, moment, "system", "system", "night.publish", "publication", "7", "{}", bare.mac,
    )  # fmt: skip


def test_an_act_on_the_day_that_a_branch_made_up_stands_still_is_logged_at_the_real_time_and_tells_that_day(
    db: Path,
) -> None:
    at, before = datetime(2025, 6, 30, 2, 0, tzinfo=UTC), timezone.now() - timedelta(seconds=1)
    row = audit.append(ALICE, "note.add", at=at, detail={"number": 1})
    assert before <= datetime.fromisoformat(row.at) <= timezone.now()
    assert row.at.endswith("+08:00")
    assert json.loads(row.detail) == {"number": 1, "desk_day": "2025-06-30"}
    with override_settings(DEMO=False):
        row = audit.append(ALICE, "note.add", at=at)
    assert (row.at, row.detail) == ("2025-06-30T10:00:00.000+08:00", "{}")
    late = datetime(2025, 6, 29, 16, 0, tzinfo=UTC)  # the thirtieth begins at the branch
    assert [scope.day_of(at), scope.day_of(late)] == [date(2025, 6, 30)] * 2
    assert audit.moment(late - timedelta(milliseconds=1)) == late - timedelta(milliseconds=1)
    assert audit.moment(late) >= before


def test_a_row_that_stands_is_never_written_over(db: Path) -> None:
    before = audit.append(ALICE, "note.add", at=AT)
    AuditHead.objects.update(seq=before.seq - 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        audit.append(ALICE, "note.drop", at=AT)
    assert AuditRow.objects.get(seq=before.seq).action == "note.add"


def test_a_log_without_a_row_holds_and_its_witness_is_its_owner_s_alone(
    ours: None, caplog: pytest.LogCaptureFixture
) -> None:
    assert audit.verify() == []
    audit.append(ALICE, "note.add", at=AT)
    assert caplog.messages == []
    witness = Path(settings.DESK) / "keys" / audit.WITNESS
    assert witness.stat().st_mode & 0o777 == 0o600
    assert witness.read_text() == f"\n1 {AuditRow.objects.get().mac}\n"


def test_a_witness_that_cannot_be_written_turns_no_act_into_an_error(ours: None) -> None:
    witness = Path(settings.DESK) / "keys" / audit.WITNESS
    witness.mkdir()
    try:
        audit.append(ALICE, "note.add", at=AT)
    finally:
        witness.rmdir()
    assert AuditRow.objects.count() == 1
    assert audit.verify() == []


def test_a_head_that_came_very_late_is_looked_up_in_the_log_itself(
    ours: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_WINDOW", 1)
    for number in range(4):
        audit.append(ALICE, "note.add", at=AT, detail={"number": number})
    first, *others = AuditRow.objects.order_by("seq")
    witness = Path(settings.DESK) / "keys" / audit.WITNESS
    lines = [f"{row.seq} {row.mac}\n" for row in (*others, first)]
    witness.write_text("".join(lines))
    assert audit.verify() == []
    witness.write_text("".join([*lines[:-1], f"1 {'0' * 64}\n"]))
    assert audit.verify() == [audit.Break(1, "not what the witness saw")]


def test_what_is_no_head_is_passed_over_in_the_witness(ours: None) -> None:
    row = audit.append(ALICE, "note.add", at=AT)
    witness = Path(settings.DESK) / "keys" / audit.WITNESS
    with witness.open("ab") as file:
        file.write(f"9 {row.mac[:-1]}\nx {row.mac}\n9 {row.mac}0\n9{row.mac}\n".encode() + b"\xff\xfe 9\n")
    assert audit.verify() == []
