"""The log of acts: every edit, deletion, swap and cut of it is found; writers side by side make one chain."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from trust_ground import AT
from zhike_desk.records import audit
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
