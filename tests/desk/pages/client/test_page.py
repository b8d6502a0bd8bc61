from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people import BRANCH, OTHER, PEOPLE
from zhike_desk.records import clock
from zhike_desk.records.actions import tasks
from zhike_desk.records.models import (
    Answer,
    AuditRow,
    BookAttribution,
    BookClient,
    BookHolding,
    BookIdentity,
    BookRelation,
    BookTimeline,
    Complaint,
    Consent,
    Contact,
    Note,
    Tag,
    Task,
    User,
)
from zhike_desk.records.queries import nights, timeline
from zhike_desk.records.viewer import Viewer

pytestmark = pytest.mark.both
SignedIn = Callable[[str], Client]
Who = Callable[[str], Viewer]
NOW = datetime(2025, 6, 30, 4, 0, tzinfo=UTC)


def own(name: str, **of: object) -> BookClient:
    """Return the best client of somebody, of a class."""
    ids = BookRelation.objects.filter(staff_id=PEOPLE[name].staff_id).values("client_id")
    found = BookClient.objects.filter(client_id__in=ids).filter(**of).order_by("-score", "client_id").first()
    assert found is not None
    return found


def traded(name: str) -> BookClient:
    """Return a client of somebody who holds securities."""
    return own(name, client_id__in=BookHolding.objects.values("client_id"))


@contextmanager
def unwritten() -> Iterator[None]:
    """Hold that nothing is written to the tables of care and to the log."""
    tables = (AuditRow, Contact, Note, Tag, Task, Consent)
    before = [t.objects.count() for t in tables]  # type: ignore[attr-defined]
    yield
    assert [t.objects.count() for t in tables] == before  # type: ignore[attr-defined]


def test_a_manager_sees_an_own_client_whole_and_masked(signed_in: SignedIn) -> None:
    row = traded("alice")
    page = signed_in("alice").get(reverse("client", args=[row.client_id])).content.decode()
    who = BookIdentity.objects.get(client_id=row.client_id)
    assert row.name in page
    assert row.client_id in page
    for secret in (who.name, who.phone, who.id_number, who.email):
        assert secret
        assert secret not in page
    for section in (
        "盈利逻辑",
        "盈亏来源",
        "资产与资金流",
        "持仓",
        "行为对比",
        "待办",
        "价值",
        "关系",
        "时间线",
    ):
        assert section in page


def test_a_page_takes_no_more_than_fifteen_queries_with_neighbours_and_the_whole_timeline(
    signed_in: SignedIn,
) -> None:
    row = traded("alice")
    browser = signed_in("alice")
    url = reverse("client", args=[row.client_id]) + "?in="
    browser.get(url)  # what a night keeps in the process is read once
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(url).status_code == 200
    assert len(seen) <= 15, [q["sql"][:90] for q in seen.captured_queries]


@pytest.mark.parametrize("name", ["charlie", "frank"])
def test_a_client_one_may_not_see_answers_like_one_that_is_not_there(signed_in: SignedIn, name: str) -> None:
    browser = signed_in(name)
    answers = []
    for number in (own("alice", branch_id=BRANCH).client_id, "9999999999"):
        answer = browser.get(reverse("client", args=[number]))
        assert answer.status_code == 404
        answers.append(re.sub(rf"[A-Za-z0-9]{{64}}|{number}", "", answer.content.decode()))
    assert answers[0] == answers[1]


def test_an_analyst_finds_a_client_by_pseudonym_alone_and_sees_no_identity_and_no_care(
    signed_in: SignedIn,
) -> None:
    row = traded("alice")
    staff = User.objects.get(username="alice")
    Note.objects.create(client_id=row.client_id, text="喜欢茶", by=staff, created_at=NOW, changed_at=NOW)
    browser = signed_in("erin")
    assert browser.get(reverse("client", args=[row.client_id])).status_code == 404
    page = browser.get(reverse("client", args=[row.pseudonym]) + "?in=").content.decode()
    assert row.pseudonym in page
    assert "喜欢茶" not in page
    for hidden in (row.client_id, row.phone, "登记联系", "查看完整信息", "上次联系"):
        assert hidden not in page


def test_the_timeline_of_who_may_not_read_care_leaves_contacts_and_complaints_out(
    viewer: Callable[[str], Viewer],
) -> None:
    night = nights.shown()
    assert night is not None
    told = BookTimeline.objects.filter(kind="contact").values("client_id")
    row = own("alice", client_id__in=told)
    seen = timeline.page(viewer("alice"), row.client_id, night)
    assert "contact" in {e.kind for e in seen.events}
    hidden = timeline.page(viewer("erin"), row.pseudonym, night)
    assert {e.kind for e in hidden.events} & set(timeline.PERSONAL) == set()
    assert hidden.events


def test_an_adviser_has_no_reveal_and_a_manager_has(signed_in: SignedIn) -> None:
    row = own("grace")
    page = signed_in("grace").get(reverse("client", args=[row.client_id])).content.decode()
    assert 'data-open="reveal"' not in page
    with unwritten():
        refused = signed_in("grace").post(
            reverse("client_reveal", args=[row.client_id]), {"field": "phone", "reason": "客户来电核对"}
        )
    assert refused.status_code == 404
    mine = own("alice")
    assert (
        'data-open="reveal"'
        in signed_in("alice").get(reverse("client", args=[mine.client_id])).content.decode()
    )


def test_a_field_is_revealed_with_a_reason_that_is_logged_and_never_without(signed_in: SignedIn) -> None:
    row = own("alice", kind="individual")
    phone = BookIdentity.objects.get(client_id=row.client_id).phone
    browser, url = signed_in("alice"), reverse("client_reveal", args=[row.client_id])
    with unwritten():
        none = browser.post(url, {"field": "phone", "reason": " "}, headers={"HX-Request": "true"})
    assert none.status_code == 422
    assert none.headers["HX-Retarget"] == "#reveal-told"
    assert phone not in none.content.decode()
    shown = browser.post(url, {"field": "phone", "reason": "客户来电核对"}, headers={"HX-Request": "true"})
    assert phone in shown.content.decode()
    logged = AuditRow.objects.order_by("-seq").first()
    assert logged is not None
    assert (logged.action, logged.object_id) == ("client.reveal", row.client_id)
    assert phone not in logged.detail


def test_a_contact_that_is_logged_stands_first_in_the_stream_and_can_be_undone(signed_in: SignedIn) -> None:
    row = own("alice")
    browser = signed_in("alice")
    form = {"medium": "wecom", "purpose": "care", "outcome": "约下周面谈", "minutes": "12"}
    url = reverse("client_contact", args=[row.client_id])
    answer = browser.post(url, form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast["undo"]
    stream = answer.content.decode()
    assert "企业微信联系" in stream
    assert "约下周面谈 · 12 分钟" in stream
    made = Contact.objects.get(client_id=row.client_id)
    assert (made.medium, made.minutes, made.staff_id) == ("wecom", 12.0, PEOPLE["alice"].staff_id)


def test_without_scripts_a_form_leads_back_to_the_page(signed_in: SignedIn) -> None:
    row = own("alice")
    answer = signed_in("alice").post(reverse("client_note", args=[row.client_id]), {"text": "喜欢茶"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("client", args=[row.client_id])
    assert Note.objects.get(client_id=row.client_id).text == "喜欢茶"


def test_who_refused_marketing_is_offered_no_product(signed_in: SignedIn) -> None:
    row = own("alice", opt_out=False)
    alice = User.objects.get(username="alice")
    Consent.objects.create(
        client_id=row.client_id,
        kind="marketing",
        given=False,
        reason="电话",
        by=alice,
        created_at=NOW,
        changed_at=NOW,
    )
    browser = signed_in("alice")
    page = browser.get(reverse("client", args=[row.client_id])).content.decode()
    assert "已拒绝营销" in page
    assert 'value="product"' not in page
    with unwritten():
        refused = browser.post(
            reverse("client_contact", args=[row.client_id]),
            {"medium": "phone", "purpose": "product"},
            headers={"HX-Request": "true"},
        )
    assert refused.status_code == 422
    assert refused.headers["HX-Retarget"] == "#contact-told"


def test_a_word_is_hung_on_a_client_and_taken_off(signed_in: SignedIn) -> None:
    row = own("alice")
    browser, url = signed_in("alice"), reverse("client_tag", args=[row.client_id])
    browser.post(url, {"word": "茶友"}, headers={"HX-Request": "true"})
    assert "茶友" in browser.get(reverse("client", args=[row.client_id])).content.decode()
    gone = browser.delete(f"{url}?word=茶友", headers={"HX-Request": "true"})
    assert gone.status_code == 200
    assert not Tag.objects.filter(client_id=row.client_id).exists()


def test_pages_of_the_timeline_follow_each_other_without_gap_or_repeat(
    viewer: Callable[[str], Viewer],
) -> None:
    night = nights.shown()
    assert night is not None
    who, row = viewer("alice"), own("alice")
    writer = User.objects.get(username="alice")
    for n in range(70):  # ten notes at each of seven moments
        at = NOW + timedelta(minutes=n // 10)
        Note.objects.create(
            client_id=row.client_id, text=f"备注 {n}", by=writer, created_at=at, changed_at=at
        )
    seen, after = [], ""
    for _ in range(20):
        page = timeline.page(who, row.client_id, night, after=after)
        assert len(page.events) <= timeline.PAGE
        seen += [(e.at, e.source, e.number) for e in page.events]
        after = page.older
        if not after:
            break
    assert len(set(seen)) == len(seen) == 70 + BookTimeline.objects.filter(client_id=row.client_id).count()
    assert [at for at, _, _ in seen] == sorted((at for at, _, _ in seen), reverse=True)


def test_the_timeline_narrowed_to_notes_shows_notes(signed_in: SignedIn) -> None:
    row = own("alice")
    browser = signed_in("alice")
    alice = User.objects.get(username="alice")
    Note.objects.create(
        client_id=row.client_id, text="号码 13812345678", by=alice, created_at=NOW, changed_at=NOW
    )
    url = reverse("client_timeline", args=[row.client_id])
    only = browser.get(url, {"kind": "note"}).content.decode()
    assert "*******5678" in only
    assert "13812345678" not in only
    assert "开立首个账户" not in only
    assert browser.get(url, {"kind": "nonsense"}).status_code == 422
    assert browser.get(url, {"after": "nonsense"}).status_code == 422


def test_the_parts_of_a_published_profit_add_up(db: Path) -> None:
    rows = list(BookAttribution.objects.all())
    assert rows
    for r in rows:
        parts = r.benchmark + r.timing + r.selection + r.trading + r.interest + r.cost
        assert parts == pytest.approx(r.pnl, abs=0.01)


def test_the_window_of_the_waterfall_is_chosen_by_its_buttons(signed_in: SignedIn) -> None:
    row = traded("alice")
    page = signed_in("alice").get(reverse("client_attribution", args=[row.client_id]), {"window": "20"})
    assert page.status_code == 200
    assert "近 20 个交易日" in page.content.decode()


def test_the_next_client_of_a_list_is_the_one_below_in_it(signed_in: SignedIn) -> None:
    ids = BookRelation.objects.filter(staff_id=PEOPLE["alice"].staff_id).values("client_id")
    first, second, third = BookClient.objects.filter(client_id__in=ids).order_by("-score", "-client_id")[:3]
    page = signed_in("alice").get(reverse("client", args=[second.client_id]) + "?in=").content.decode()
    assert f'rel="prev" data-key="[" href="{reverse("client", args=[first.client_id])}?in="' in page
    assert f'rel="next" data-key="]" href="{reverse("client", args=[third.client_id])}?in="' in page


def test_a_list_that_cannot_be_understood_leaves_the_client_without_neighbours(signed_in: SignedIn) -> None:
    row = own("alice")
    page = signed_in("alice").get(reverse("client", args=[row.client_id]) + "?in=sort%3Dnonsense")
    assert page.status_code == 200
    assert b'rel="next"' not in page.content


def test_clients_of_every_kind_logic_and_stage_have_a_page_in_both_languages(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    rows = BookClient.objects.filter(branch_id=BRANCH).order_by("client_id")
    for row in {(r.kind, r.logic, r.stage): r for r in rows}.values():
        for language in ("zh-hans", "en"):
            browser.cookies["zhike_language"] = language
            answer = browser.get(reverse("client", args=[row.client_id]))
            assert answer.status_code == 200, row.client_id


def test_a_head_of_another_branch_sees_none_of_them(signed_in: SignedIn) -> None:
    row = own("alice", branch_id=BRANCH)
    assert BRANCH != OTHER
    for route in ("client", "client_timeline", "client_attribution"):
        assert signed_in("heidi").get(reverse(route, args=[row.client_id])).status_code == 404


def test_a_complaint_is_received_listed_and_closed_where_the_client_is_read(signed_in: SignedIn) -> None:
    row, browser = own("alice"), signed_in("alice")
    url = reverse("client", args=[row.client_id])
    browser.post(f"{url}complaint/", {"category": "佣金费用", "severity": "3", "opened_on": "2025-06-27"})
    made = Complaint.objects.get()
    assert made.opened_at.astimezone(UTC).isoformat() == "2025-06-26T16:00:00+00:00"
    page = browser.get(url).content.decode()
    assert "办结：成立" in page
    assert "2025-06-27 受理" in page or "6月27日" in page
    browser.post(f"{url}complaint/close/", {"complaint": made.pk, "seen": made.version, "upheld": "yes"})
    made.refresh_from_db()
    assert made.upheld is True
    page = browser.get(url).content.decode()
    assert "办结：成立" not in page
    assert "佣金费用 · 成立" in page


def test_a_mark_off_its_scale_is_refused_beside_the_form(signed_in: SignedIn) -> None:
    url = reverse("client_answer", args=[own("alice").client_id])
    with unwritten():
        answer = signed_in("alice").post(url, {"kind": "csat", "score": "6"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Retarget"] == "#answer-told"
    assert "1 到 5" in answer.content.decode()
    assert Answer.objects.count() == 0


def test_the_next_step_and_its_day_are_changed_where_they_stand(signed_in: SignedIn, viewer: Who) -> None:
    browser, key = signed_in("alice"), own("alice").client_id
    day = clock.today() + timedelta(days=3)
    task = Task.objects.get(
        pk=int(tasks.add("电话回访", due_on=day, client_id=key, by=viewer("alice"), at=clock.now()).id)
    )
    assert "下一步" in browser.get(f"/clients/{key}/").content.decode()
    form = {"task": task.pk, "seen": 1, "title": "面谈方案", "due_on": (day + timedelta(days=1)).isoformat()}
    answer = browser.post(f"/clients/{key}/task/change/", form, headers={"HX-Request": "true"})
    assert "面谈方案" in answer.content.decode()
    task.refresh_from_db()
    assert (task.title, task.due_on) == ("面谈方案", day + timedelta(days=1))


def test_who_comes_late_to_a_task_is_shown_both_versions_beside_it(signed_in: SignedIn, viewer: Who) -> None:
    browser, key = signed_in("alice"), own("alice").client_id
    made = int(
        tasks.add("电话回访", due_on=clock.today(), client_id=key, by=viewer("alice"), at=clock.now()).id
    )
    tasks.move(made, seen=1, title="上门", by=viewer("bob"), at=clock.now())
    form = {"task": made, "seen": 1, "title": "面谈", "due_on": clock.today().isoformat()}
    answer = browser.post(f"/clients/{key}/task/change/", form, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#duties-told"
    assert "上门" in answer.content.decode()
    assert "面谈" in answer.content.decode()
