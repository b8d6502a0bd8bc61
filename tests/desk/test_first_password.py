"""A password that somebody else knows opens nothing but the form to change it; what others change about one ends what let one in before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client, override_settings

import trust_walk
from trust_ground import AT
from zhike_desk.records import accounts, clock
from zhike_desk.records.actions import approvals, people, tokens
from zhike_desk.records.models import AuditRow, User
from zhike_desk.records.viewer import Viewer

People = Callable[[str], Viewer]
CHANGE = "/account/password/change/"
OWN = "only-gina-knows-this"


def gina(viewer: People, role: str = "manager") -> str:
    """Make Gina as two people do; return her first password."""
    asked = people.add(
        "gina", role=role, staff_id="E0009", branch_id="3101", reason="新入职", by=viewer("frank"), at=AT
    )
    return approvals.approve(int(asked.id), seen=1, by=viewer("dora"), at=AT).secret


def signing_in(name: str, password: str) -> Client:
    browser = Client()
    browser.post("/account/login/", {"login": name, "password": password})
    return browser


def changing(browser: Client, old: str, new: str) -> int:
    words = {"oldpassword": old, "password1": new, "password2": new, "next": "/"}
    return browser.post(CHANGE, words).status_code


OPEN = {"account_change_password", "account_logout", "language", "theme", "healthy"}


def test_a_first_password_leads_to_its_change_from_every_page(db: Path, viewer: People) -> None:
    first = gina(viewer)
    browser = signing_in("gina", first)
    led = 0
    for name, address in trust_walk.addresses({"<int>": "1", "<string>": "x"}):
        if name in OPEN or "(" in address:  # an expression: links of mails that the desk never sends
            continue
        answer = browser.get(address)
        assert (answer.status_code, answer.headers.get("Location")) == (302, f"{CHANGE}?next=/"), name
        led += 1
    assert led > 100
    assert "只有您自己知道" in browser.get(CHANGE).content.decode()


def test_once_it_is_changed_to_another_the_pages_open(db: Path, viewer: People) -> None:
    first = gina(viewer)
    browser = signing_in("gina", first)
    assert changing(browser, first, first) == 200  # refused: the same
    assert "不能与现在的相同" in browser.post(CHANGE, {"oldpassword": first, "password1": first, "password2": first}).content.decode()  # fmt: skip
    assert browser.get("/clients/").status_code == 302
    assert changing(browser, first, OWN) == 302
    assert browser.get("/clients/").status_code == 200
    assert "别人给您的" not in browser.get(CHANGE).content.decode()
    assert signing_in("gina", OWN).get("/clients/").status_code == 200


def test_one_made_at_the_machine_too_and_a_reset_makes_it_a_first_one_again(db: Path) -> None:
    given = accounts.add("lisi", role="manager", staff_id="E0007", branch_id="3101", at=clock.real())
    browser = signing_in("lisi", given)
    assert browser.get("/clients/").headers["Location"] == f"{CHANGE}?next=/"
    assert changing(browser, given, OWN) == 302
    assert browser.get("/clients/").status_code == 200
    again = accounts.renew("lisi", clock.real())
    assert browser.get("/clients/").headers["Location"].startswith("/account/login/")
    assert signing_in("lisi", again).get("/clients/").headers["Location"] == f"{CHANGE}?next=/"


@override_settings(DEMO=False)
def test_who_needs_a_second_factor_changes_the_password_first(db: Path, viewer: People) -> None:
    first = gina(viewer, "head")
    browser = signing_in("gina", first)
    assert browser.get("/account/2fa/totp/activate/").headers["Location"] == f"{CHANGE}?next=/"
    assert changing(browser, first, OWN) == 302
    assert browser.get("/clients/").headers["Location"] == "/account/2fa/totp/activate/"


def reset(viewer: People, alice: User) -> None:
    asked = people.new_password(alice.pk, seen=alice.version, reason="忘记", by=viewer("frank"), at=AT)
    approvals.approve(int(asked.id), seen=1, by=viewer("dora"), at=AT)


def role(viewer: People, alice: User) -> None:
    asked = people.change_role(
        alice.pk, seen=alice.version, role="adviser", staff_id="E0002", branch_id="3101", reason="转岗",
        by=viewer("frank"), at=AT,
    )  # fmt: skip
    approvals.approve(int(asked.id), seen=1, by=viewer("dora"), at=AT)


def disabled(viewer: People, alice: User) -> None:
    asked = people.disable(alice.pk, seen=alice.version, reason="离职", by=viewer("frank"), at=AT)
    approvals.approve(int(asked.id), seen=1, by=viewer("dora"), at=AT)
    back = people.enable(alice.pk, seen=alice.version + 1, reason="误", by=viewer("frank"), at=AT)
    approvals.approve(int(back.id), seen=1, by=viewer("dora"), at=AT)


def disabled_at_the_machine(viewer: People, alice: User) -> None:
    accounts.enable("alice", False, AT)
    accounts.enable("alice", True, AT)


def renewed_at_the_machine(viewer: People, alice: User) -> None:
    accounts.renew("alice", AT)


@pytest.mark.both
@pytest.mark.parametrize("change", [reset, role, disabled, disabled_at_the_machine, renewed_at_the_machine])
def test_what_others_change_about_somebody_ends_their_sessions_and_tokens_and_nobody_elses(
    change: Callable[[People, User], None],
    db: Path,
    viewer: People,
    signed_in: Callable[[str], Client],
) -> None:
    alice = User.objects.get(username="alice")
    listed, unlisted, other = signing_in("alice", "alice-is-here"), signed_in("alice"), signed_in("grace")
    token = tokens.create("报表", scopes=["client.list"], days=90, by=Viewer.of(alice), at=AT)
    hers = tokens.create("报表", scopes=["client.list"], days=90, by=viewer("grace"), at=AT)
    key = listed.session.session_key
    assert [b.get("/clients/").status_code for b in (listed, unlisted, other)] == [200, 200, 200]
    change(viewer, alice)
    assert [b.get("/clients/").status_code for b in (listed, unlisted, other)] == [302, 302, 200]
    assert not Session.objects.filter(session_key=key).exists()
    assert not UserSession.objects.filter(user=alice).exists()
    assert tokens.viewer(token.secret, AT) is None
    assert tokens.viewer(hers.secret, AT) is not None
    assert '"tokens_ended": 1' in "".join(AuditRow.objects.filter(object_id="alice").values_list("detail", flat=True))  # fmt: skip


def test_who_changes_their_own_password_stays_signed_in_here_and_nowhere_else(
    db: Path, viewer: People
) -> None:
    here, there = signing_in("alice", "alice-is-here"), signing_in("alice", "alice-is-here")
    token = tokens.create("报表", scopes=["client.list"], days=90, by=viewer("alice"), at=AT)
    assert changing(here, "alice-is-here", OWN) == 302
    assert (here.get("/clients/").status_code, there.get("/clients/").status_code) == (200, 302)
    assert tokens.viewer(token.secret, AT) is not None
