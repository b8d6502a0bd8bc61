"""Acts on more rows than are done at once: confirmed with their number, done as a job that is seen, stopped, taken back whole."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhike_desk.pages.clients import views as clients_page
from zhike_desk.pages.tasks import writing as tasks_page
from zhike_desk.records import clock
from zhike_desk.records import jobs as kinds
from zhike_desk.records.actions import bulk, tasks
from zhike_desk.records.actions import jobs as act
from zhike_desk.records.models import AuditRow, Job, Tag, Task
from zhike_desk.records.queries import jobs as seen
from zhike_desk.records.viewer import Viewer
from zhike_desk.worker import doing, one
from zhike_desk.worker import kinds as runners

SignedIn = Callable[[str], Client]
Viewing = Callable[[str], Viewer]
AT_ONCE = 10


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ten rows be done at once: the branch has some eighty clients."""
    runners.load()
    for room in (bulk, clients_page, tasks_page):
        monkeypatch.setattr(room, "BULK_ROWS", AT_ONCE)


def _worked() -> Job:
    """Do the oldest waiting job as the worker does, in this process."""
    job = doing.take(clock.real())
    assert job is not None
    one.do(job.pk)
    job.refresh_from_db()
    return job


def _fields(html: str) -> dict[str, str]:
    form = html[html.index('<form class="form"') :]
    return dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[: form.index("</form>")])
    )


def _tag_all(browser: Client, word: str = "打新") -> str:
    """Ask for a tag on all clients as the bar does; return the address of its job."""
    asked = browser.post("/clients/bulk/", {"act": "tag", "word": word, "all": "1"})
    assert asked.status_code == 200
    assert not Tag.objects.exists()
    answer = browser.post("/clients/bulk/", _fields(asked.content.decode()))
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_all_that_fit_are_confirmed_by_their_number_then_done_as_a_job_and_taken_back_as_one(
    signed_in: SignedIn,
) -> None:
    browser = signed_in("alice")
    asked = browser.post("/clients/bulk/", {"act": "tag", "word": "打新", "all": "1"}).content.decode()
    assert "对全部 27 项执行" in asked
    address = _tag_all(browser)
    assert "排队" in browser.get(address).content.decode()
    assert (done := _worked()).state == "done"
    page = browser.get(address).content.decode()
    assert "已更改 27 项" in page
    assert "打新" in page
    assert (Tag.objects.count(), done.done, done.total) == (27, 27, 27)
    back = browser.post(f"{address}back/")
    assert _worked().kind == "bulk_undo"
    assert not Tag.objects.exists()
    assert "已撤销 27 项" in browser.get(back["Location"]).content.decode()
    assert "已全部撤销" in browser.get(address).content.decode()
    assert browser.post(f"{address}back/").status_code == 422  # once is enough
    assert AuditRow.objects.filter(action="bulk.ask_back").count() == 1


def test_a_list_that_has_changed_since_it_was_confirmed_is_not_acted_on(signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    answer = browser.post("/clients/bulk/", {"act": "tag", "word": "打新", "all": "1", "typed": "26"})
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_what_cannot_be_done_is_refused_before_there_is_a_job(signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    for given in ({"act": "tag", "word": ""}, {"act": "task", "title": "回访", "due_on": "soon"}):
        assert browser.post("/clients/bulk/", {**given, "all": "1", "typed": "27"}).status_code == 422
    assert not Job.objects.exists()


def test_a_task_for_each_of_the_clients_chosen(signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    keys = re.findall(r'name="key" value="(\d+)"', browser.get("/clients/").content.decode())[:3]
    due = clock.today().isoformat()
    browser.post("/clients/bulk/", {"act": "task", "title": "季度回访", "due_on": due, "key": keys})
    assert sorted(Task.objects.values_list("client_id", flat=True)) == sorted(keys)


def test_a_job_that_is_stopped_keeps_what_it_did_tells_it_and_can_be_taken_back(
    signed_in: SignedIn, viewer: Viewing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "_EVERY", 0.0)
    browser, alice = signed_in("alice"), viewer("alice")
    address = _tag_all(browser)
    job = doing.take(clock.real())
    assert job is not None
    assert "停止" in browser.get(address).content.decode()
    act.cancel(job.pk, by=alice, at=clock.real())  # it runs already: it stops after the ten it is at
    one.do(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, Tag.objects.count()) == ("cancelled", AT_ONCE, AT_ONCE)
    assert "已更改 10 项" in browser.get(address).content.decode()
    browser.post(f"{address}back/")
    assert not Tag.objects.exists()


def test_a_job_that_died_goes_on_where_it_was_or_is_taken_back(signed_in: SignedIn, viewer: Viewing) -> None:
    address = _tag_all(signed_in("alice"))
    number = int(address.rstrip("/").rpartition("/")[2])

    def dies(done: int) -> None:
        if done >= 2 * AT_ONCE:
            raise MemoryError

    with pytest.raises(MemoryError):
        bulk.carry_out(number, clock.now(), dies)
    job = Job.objects.get(pk=number)
    assert (job.done, job.result["rows"], Tag.objects.count()) == (20, 20, 20)
    assert bulk.carry_out(number, clock.now())["rows"] == 27
    Job.objects.filter(pk=number).update(state="running")
    assert doing.bury(clock.real()) == 1
    assert seen.one(viewer("alice"), number).state == "failed"
    bulk.take_back(number, by=viewer("alice"), at=clock.now())
    assert not Tag.objects.exists()


def test_whom_it_left_is_told_one_by_one_with_the_reason(signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    key = re.findall(r'name="key" value="(\d+)"', browser.get("/clients/").content.decode())[0]
    browser.post("/clients/bulk/", {"act": "tag", "word": "打新", "key": [key]})
    asked = browser.post("/clients/bulk/", {"act": "tag", "word": "打新", "all": "1"}).content.decode()
    address = browser.post("/clients/bulk/", _fields(asked))["Location"]
    _worked()
    page = browser.get(address).content.decode()
    assert "已更改 26 项" in page
    assert f'<th scope="row">{key}</th><td>已有该标签' in page


def test_a_job_s_row_is_read_once(signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    address = _tag_all(browser)
    _worked()
    with CaptureQueriesContext(connection) as asked:
        assert "已更改 27 项" in browser.get(address).content.decode()
    assert sum('FROM "records_job"' in query["sql"] for query in asked) == 1


def test_another_persons_job_is_nobody_elses_to_see_stop_or_take_back(signed_in: SignedIn) -> None:
    address = _tag_all(signed_in("alice"))
    for name in ("bob", "grace", "frank"):
        other = signed_in(name)
        assert other.get(address).status_code == 404
        assert other.post(f"{address}back/").status_code == 404
        assert address not in other.get("/jobs/").content.decode()
    assert signed_in("grace").post(f"{address}cancel/").status_code == 404
    assert address in signed_in("alice").get("/jobs/").content.decode()


def test_tasks_more_than_are_done_at_once_are_put_off_by_a_job_and_brought_back(
    signed_in: SignedIn, viewer: Viewing
) -> None:
    alice, browser, today = viewer("alice"), signed_in("alice"), clock.today()
    for n in range(AT_ONCE + 5):
        tasks.add(f"任务 {n}", due_on=today, by=alice, at=clock.now())
    later = today.replace(day=today.day % 27 + 1, month=today.month % 12 + 1, year=today.year + 1).isoformat()
    given = {"how": "postponed", "until": later, "all": "1", "query": "", "task": []}
    asked = browser.post("/tasks/many/", given).content.decode()
    assert "对全部 15 项执行" in asked
    address = browser.post("/tasks/many/", _fields(asked))["Location"]
    assert _worked().state == "done"
    assert {t.due_on.isoformat() for t in Task.objects.all()} == {later}
    browser.post(f"{address}back/")
    assert _worked().state == "done"
    assert {t.due_on for t in Task.objects.all()} == {today}
