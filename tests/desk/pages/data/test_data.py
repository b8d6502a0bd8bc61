"""The data page: a batch is looked at before anything is stored, taken in when two agree, taken back to the very same state."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from zhike.datacentre.generation import Generation
from zhike.datacentre.store.house import Store
from zhike_desk.records import jobs, staging
from zhike_desk.records.models import Approval, Job
from zhike_desk.records.queries import data
from zhike_desk.records.viewer import Viewer
from zhike_desk.worker import kinds

SignedIn = Callable[[str], Client]
Who = Callable[[str], Viewer]
LOGINS = b"date,client_id,count\n2025-01-06,0020000001,3\n2025-01-06,0099999999,1\n2025-13-06,0020000001,2\n"


def work_off(kind: str) -> Job:
    """Do the newest job of a kind here and now, as the worker would."""
    kinds.load()
    job = Job.objects.filter(kind=kind).latest("pk")
    result = jobs.runner(kind)(jobs.Work(job.pk, kind, job.arguments, None, timezone.now()))
    Job.objects.filter(pk=job.pk).update(state="done", result=result)
    return Job.objects.get(pk=job.pk)


def uploaded(browser: Client, name: str = "login.csv") -> int:
    response = browser.post("/data/upload/", {"files": [SimpleUploadedFile(name, LOGINS)]})
    return int(response.headers["Location"].rstrip("/").rpartition("/")[2])


def test_a_batch_is_looked_at_and_nothing_is_stored(signed_in: SignedIn, db: Path) -> None:
    before = Store(db).manifest()
    browser = signed_in("bob")
    number = uploaded(browser)
    assert "正在看这批文件" in browser.get(f"/data/upload/{number}/").content.decode()
    work_off("preview")
    html = browser.get(f"/data/upload/{number}/").content.decode()
    assert "login.csv" in html
    assert "4 行 = 导入 1 + 隔离 2 + 非数据 1" in html
    assert Store(db).manifest() == before


@pytest.mark.parametrize("name", ["../../evil.csv", "..\\evil.csv", ".hidden", "/etc/passwd", "a b;rm.csv"])
def test_a_file_s_name_leads_nowhere_else(signed_in: SignedIn, db: Path, name: str) -> None:
    number = uploaded(signed_in("bob"), name)
    batch = staging.batch(Job.objects.get(pk=number).arguments["folder"])
    assert batch is not None
    ((kept, size),) = batch.files
    assert size == len(LOGINS)
    assert "/" not in kept
    assert not kept.startswith(".")


def test_a_mapping_that_is_not_toml_is_refused_and_a_good_one_is_looked_at_again(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    number = uploaded(browser)
    work_off("preview")
    assert browser.post(f"/data/upload/{number}/mapping/", {"mapping": "[login"}).status_code == 422
    again = browser.post(f"/data/upload/{number}/mapping/", {"mapping": '[login.columns]\ncount = "count"\n'})
    assert again.status_code == 302
    assert Job.objects.filter(kind="preview").count() == 2


def test_what_a_second_person_was_asked_to_take_in_stays_as_it_was_shown_until_it_is_withdrawn(
    signed_in: SignedIn,
) -> None:
    browser = signed_in("bob")
    number = uploaded(browser)
    work_off("preview")
    browser.post(f"/data/upload/{number}/take/", {"feed": "upload", "reason": "补登录"})
    mapping = {"mapping": '[login.columns]\ncount = "count"\n'}
    assert browser.post(f"/data/upload/{number}/mapping/", mapping).status_code == 422
    assert browser.post(f"/data/upload/{number}/throw/").status_code == 422
    asked = Approval.objects.get(action="data.commit")
    browser.post(f"/approvals/{asked.pk}/withdraw/", {"version": asked.version})
    assert browser.post(f"/data/upload/{number}/mapping/", mapping).status_code == 302


def test_two_agree_then_it_is_taken_in_and_taken_back_to_the_same_rows(
    transactional: Path, signed_in: SignedIn, viewer: Who
) -> None:
    from zhike_desk.records.actions import approvals

    before = Store(transactional).manifest()
    browser = signed_in("bob")
    number = uploaded(browser)
    work_off("preview")
    browser.post(f"/data/upload/{number}/take/", {"feed": "upload", "reason": "补登录"})
    asked = Approval.objects.get(action="data.commit")
    assert not Job.objects.filter(kind="import").exists()
    assert (
        browser.post(f"/approvals/{asked.pk}/", {"act": "approve", "version": asked.version}).status_code
        == 404
    )
    approvals.approve(asked.pk, seen=asked.version, by=viewer("erin"), at=timezone.now())
    assert Job.objects.filter(kind="night", state="waiting").count() == 1
    work_off("import")
    drop = Store(transactional).manifest().drops[-1]
    assert Store(transactional).manifest().rows("login") == before.rows("login") + 1
    browser.post(f"/data/drop/{drop.number}/back/", {"reason": "传错了"})
    back = Approval.objects.filter(action="data.commit").latest("pk")
    approvals.approve(back.pk, seen=back.version, by=viewer("erin"), at=timezone.now())
    work_off("undo_import")
    now = Store(transactional).manifest()
    assert [d.id for d in now.drops] == [d.id for d in before.drops]
    assert {t: now.rows(t) for t in now.tables} == {t: before.rows(t) for t in before.tables}


def test_a_feed_of_the_system_s_own_is_refused(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    number = uploaded(browser)
    work_off("preview")
    answer = browser.post(f"/data/upload/{number}/take/", {"feed": "desk", "reason": "x"})
    assert answer.status_code == 422
    assert not Approval.objects.exists()


@pytest.mark.parametrize("name", ["alice", "grace"])
def test_who_serves_clients_sees_no_data_page(signed_in: SignedIn, name: str) -> None:
    browser = signed_in(name)
    assert browser.get("/data/").status_code == 404
    assert browser.post("/data/night/").status_code == 404
    assert not Job.objects.exists()


def test_an_administrator_may_run_a_night_and_not_upload(signed_in: SignedIn) -> None:
    browser = signed_in("frank")
    assert "上传一批文件" not in browser.get("/data/").content.decode()
    assert browser.post("/data/upload/", {"files": [SimpleUploadedFile("a.csv", b"x")]}).status_code == 404
    assert browser.post("/data/night/").status_code == 302
    assert Job.objects.get().kind == "night"


def test_another_s_upload_is_not_there(signed_in: SignedIn) -> None:
    number = uploaded(signed_in("bob"))
    browser = signed_in("erin")
    assert browser.post(f"/data/upload/{number}/throw/").status_code == 404
    assert staging.batch(Job.objects.get(pk=number).arguments["folder"]) is not None


def test_findings_are_listed_and_their_file_holds_no_formula(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    assert browser.get("/data/findings/").status_code == 200
    assert browser.get("/data/findings/?drop=999").status_code == 422
    file = browser.get("/data/findings/file/")
    assert file.content.startswith(b"\xef\xbb\xbf")


def test_health_is_looked_at_by_the_worker(signed_in: SignedIn) -> None:
    browser = signed_in("dora")
    where = browser.post("/data/check/").headers["Location"]
    job = work_off("check")
    assert job.result["sound"] is True
    assert "完好" in browser.get(where).content.decode()


def test_a_look_shows_the_first_rows_as_understood_and_why_others_stay_out(
    signed_in: SignedIn, db: Path
) -> None:
    browser = signed_in("bob")
    number = uploaded(browser)
    work_off("preview")
    html = browser.get(f"/data/upload/{number}/").content.decode()
    assert "前 1 行，按理解后的样子" in html
    assert '<td>2025-01-06</td><td>0020000001</td><td class="n">3</td>' in html
    assert "2025-13-06" in html.split("哪里不对")[1]
    sheet = browser.get(f"/data/upload/{number}/reasons/")
    assert sheet.headers["Content-Disposition"] == 'attachment; filename="reasons.csv"'
    text = sheet.content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("table,source,line,column,value,reason,severity")
    assert "2025-13-06" in text
    assert signed_in("alice").get(f"/data/upload/{number}/reasons/").status_code == 404


def test_names_in_the_first_rows_are_masked(signed_in: SignedIn, db: Path) -> None:
    file = SimpleUploadedFile(
        "client.csv",
        "client_id,kind,name,open_date,branch_id\n0099000001,individual,欧阳修远,2025-01-06,3101\n".encode(),
    )
    response = signed_in("bob").post("/data/upload/", {"files": [file]})
    number = int(response.headers["Location"].rstrip("/").rpartition("/")[2])
    work_off("preview")
    html = signed_in("bob").get(f"/data/upload/{number}/").content.decode()
    assert "欧***" in html
    assert "欧阳修远" not in html


def test_nights_say_what_changed_how_long_they_ran_and_their_hash(
    signed_in: SignedIn, viewer: Who, db: Path
) -> None:
    kept = Generation.kept(db)
    newest = kept[0]
    Job.objects.create(
        kind="night", state="done", created_at=timezone.now(), changed_at=timezone.now(),
        result={"generation": newest.id, "seconds": {"run": 12.5}},
    )  # fmt: skip
    shown = data.overview(viewer("bob")).nights
    assert [n.id for n in shown] == [g.id for g in kept]
    manifests = {n.id: next((db / "generations").glob(f"*{n.id}/manifest.json")) for n in shown}
    assert [n.sha256 for n in shown] == [
        hashlib.sha256(manifests[n.id].read_bytes()).hexdigest() for n in shown
    ]
    assert shown[0].ran == 12.5
    assert shown[-1].changed is None
    for night, now, before in zip(shown, kept, kept[1:], strict=False):
        assert night.changed == now.manifest.differing(before.manifest)
    html = signed_in("bob").get("/data/").content.decode()
    assert f"SHA-256 {shown[0].sha256}" in html
    assert '<td class="n">12.5</td>' in html


def test_a_look_at_health_is_watched_until_it_has_a_verdict(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    address = browser.post("/data/check/").headers["Location"]
    assert 'hx-trigger="every 2s"' in browser.get(address).content.decode()
    work_off("check")
    piece = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert piece.startswith('<div id="checked">')
    assert "完好" in piece
    Job.objects.filter(kind="check").update(state="cancelled", result={})
    assert "没有结论" in browser.get(address).content.decode()
