"""Jobs: in a row, one writer at a time, told when they end, whoever ends them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike_desk.records import arrivals, audit, clock
from zhike_desk.records import jobs as kinds
from zhike_desk.records.actions import jobs
from zhike_desk.records.models import AuditRow, Job
from zhike_desk.records.queries import jobs as seen
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Denied, Viewer
from zhike_desk.worker import doing, importing, night, one, schedule

pytestmark = pytest.mark.both
Viewing = Callable[[str], Viewer]


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Callable[[kinds.Runner], None]:
    """Put a function in the place of what does an export."""
    return lambda runner: monkeypatch.setitem(kinds._RUNNERS, "export", runner)


def _asked(viewer: Viewing, kind: str = "export", who: str = "alice") -> int:
    return int(jobs.ask(kind, {}, by=viewer(who), at=clock.real()).id)


def _one(number: int) -> Job:
    return Job.objects.get(pk=number)


def test_what_came_of_a_job_is_kept_and_logged(viewer: Viewing, running: Callable[..., None]) -> None:
    def export(work: kinds.Work) -> dict[str, object]:
        work.tell("pages", 3, 4)
        return {"rows": 4}

    running(export)
    number = _asked(viewer)
    job = doing.take(clock.real())
    assert job is not None
    one.do(number)
    found = seen.one(viewer("alice"), number)
    assert (found.state, found.result, found.done, found.total, found.share) == (
        "done",
        {"rows": 4},
        3,
        4,
        0.75,
    )
    assert found.step.zh == "页面"
    assert list(AuditRow.objects.filter(kind="job").values_list("action", flat=True)) == [
        "job.ask",
        "job.end",
    ]
    assert audit.verify() == []


def test_a_sentence_of_ours_becomes_the_jobs_in_both_languages(
    viewer: Viewing, running: Callable[..., None]
) -> None:
    def export(work: kinds.Work) -> dict[str, object]:
        raise UsageError(say("没有数据。", "No data."), next_=say("先导入。", "Take some in."))

    running(export)
    number = _asked(viewer)
    doing.take(clock.real())
    one.do(number)
    found = seen.one(viewer("alice"), number)
    assert found.state == "failed"
    assert found.error is not None
    assert (found.error.zh, found.error.en) == (
        "没有数据。\n下一步：先导入。",
        "No data.\nNext: Take some in.",
    )
    assert _one(number).error == found.error.zh


def test_a_fault_of_ours_fails_the_job_and_says_nothing_of_the_data(
    viewer: Viewing, running: Callable[..., None]
) -> None:
    def export(work: kinds.Work) -> dict[str, object]:
        raise ValueError("张伟 13800000000")

    running(export)
    number = _asked(viewer)
    doing.take(clock.real())
    one.do(number)
    assert _one(number).state == "failed"
    assert "ValueError" in _one(number).error
    assert "138" not in str(_one(number).result)


def test_two_that_write_to_the_home_go_one_after_the_other_and_an_export_beside_them(viewer: Viewing) -> None:
    first, second = _asked(viewer, "night", "bob"), _asked(viewer, "publish", "bob")
    beside = _asked(viewer)
    taken = [doing.take(clock.real()) for _ in range(3)]
    assert [job.pk for job in taken if job] == [first, beside]
    doing.ended(_one(first), "done", {}, clock.real())
    assert (job := doing.take(clock.real())) is not None
    assert job.pk == second


def test_a_night_that_waits_already_is_the_one_that_is_asked_for(viewer: Viewing) -> None:
    assert _asked(viewer, "night", "bob") == _asked(viewer, "night", "erin")


@pytest.mark.parametrize(
    ("kind", "who"), [("night", "alice"), ("night", "dora"), ("import", "frank"), ("tea", "bob")]
)
def test_who_may_not_is_denied_and_nothing_is_written(viewer: Viewing, kind: str, who: str) -> None:
    with pytest.raises(Denied):
        jobs.ask(kind, {}, by=viewer(who), at=clock.real())
    assert not Job.objects.exists()
    assert not AuditRow.objects.filter(kind="job").exists()


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_at_its_next_step(
    viewer: Viewing, running: Callable[..., None]
) -> None:
    waiting = _asked(viewer)
    jobs.cancel(waiting, by=viewer("alice"), at=clock.real())
    assert _one(waiting).state == "cancelled"
    with pytest.raises(Refused):
        jobs.cancel(waiting, by=viewer("alice"), at=clock.real())

    def export(work: kinds.Work) -> dict[str, object]:
        jobs.cancel(work.job_id, by=viewer("alice"), at=clock.real())
        work.tell("pages", 1, 2)
        pytest.fail("it went on")

    running(export)
    number = _asked(viewer)
    doing.take(clock.real())
    one.do(number)
    assert _one(number).state == "cancelled"


def test_another_persons_job_is_neither_seen_nor_cancelled(viewer: Viewing) -> None:
    number = _asked(viewer)
    with pytest.raises(Denied):
        jobs.cancel(number, by=viewer("grace"), at=clock.real())
    with pytest.raises(Denied):
        seen.one(viewer("grace"), number)
    assert seen.recent(viewer("grace")) == []
    assert seen.recent(viewer("bob")) == []  # an export names clients, perhaps another branch's
    night = _asked(viewer, "night", "frank")
    assert [job.id for job in seen.recent(viewer("bob"))] == [night]  # sees the branch's data


def test_what_a_dead_worker_left_running_is_told_as_failed_and_may_be_asked_again(viewer: Viewing) -> None:
    number = _asked(viewer, "night", "bob")
    doing.take(clock.real())
    assert doing.bury(clock.real()) == 1
    found = seen.one(viewer("bob"), number)
    assert found.state == "failed"
    assert found.error is not None
    assert "ask again" in found.error.en
    assert _asked(viewer, "night", "bob") != number


def test_a_process_that_dies_at_its_job_fails_it(
    transactional: Path, viewer: Viewing, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = _asked(viewer, "export", "alice")
    monkeypatch.setattr(doing.sys, "executable", "/bin/false")  # type: ignore[attr-defined]
    assert doing.do_waiting(threading.Event()) == 1
    assert _one(number).state == "failed"
    assert _one(number).result["lost"] is True


def test_an_ended_job_keeps_its_end(viewer: Viewing) -> None:
    number = _asked(viewer)
    doing.take(clock.real())
    doing.ended(_one(number), "done", {"rows": 1}, clock.real())
    doing.ended(_one(number), "failed", {}, clock.real())
    assert (_one(number).state, _one(number).result) == ("done", {"rows": 1})


def test_the_night_is_asked_for_once_at_its_time_and_again_where_the_worker_died(db: Path) -> None:
    due = schedule.last_due(clock.real(), "02:30")
    assert (due.hour, due.minute) == (2, 30)
    soon = due + timedelta(minutes=1)
    with override_settings(DEMO=False):
        assert schedule.look(soon)
        assert not schedule.look(soon)
        for _ in range(2):
            doing.take(soon)
            doing.bury(soon)
            assert schedule.look(soon)
        doing.take(soon)
        doing.bury(soon)
        assert not schedule.look(soon)  # three times cut short: a person is to look


def test_a_branch_made_up_has_no_schedule_and_a_night_is_not_run_at_noon(db: Path) -> None:
    due = schedule.last_due(clock.real(), "02:30")
    assert not schedule.look(due + timedelta(minutes=1))
    with override_settings(DEMO=False):
        assert not schedule.look(due + timedelta(hours=13))


@pytest.mark.parametrize(("at", "due"), [("02:31", 1), ("02:29", 0), ("23:59", 1)])
def test_the_night_is_due_at_the_latest_half_past_two(at: str, due: int) -> None:
    moment = datetime.fromisoformat(f"2026-03-02T{at}:00+08:00")
    assert schedule.last_due(moment, "02:30").day == 1 + due


@pytest.mark.parametrize("name", ["", "..", "../raw", "a/b", ".hidden", "gone"])
def test_a_staged_drop_lies_in_the_uploads_or_is_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        importing.staged(tmp_path, name)


@pytest.mark.parametrize(
    ("name", "feed"),
    [("desk-20260701-1", "desk"), ("counter-2026", "counter"), ("trades.csv", "trades"), ("-x", "inbox")],
)
def test_a_drop_of_the_inbox_is_of_the_feed_it_is_named_after(name: str, feed: str) -> None:
    assert night.feed_of(name) == feed


def test_the_inbox_is_read_in_order_without_what_is_being_written(tmp_path: Path) -> None:
    for name in ("b-2", "a-1", ".c-3.new", night.TAKEN):
        (tmp_path / "inbox" / name).mkdir(parents=True)
    assert [p.name for p in arrivals.waiting(tmp_path)] == ["a-1", "b-2"]
    assert arrivals.waiting(tmp_path / "none") == []
