"""Files that programs upload: looked at by the worker, told as the page tells it, thrown away; never taken in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from api_caller import calling, done, read, send
from zhike.datacentre.store.house import Store
from zhike_desk.records import clock, staging
from zhike_desk.records.actions import drops
from zhike_desk.records.models import BookClient, Job
from zhike_desk.records.viewer import Viewer
from zhike_desk.worker import doing, kinds, one

Who = Callable[[str], Viewer]
LOGINS = "date,client_id,count\n2025-01-06,{known},3\n2025-01-06,0099999999,1\n2025-13-06,{known},2\n"
CLIENTS = "client_id,kind,name,phone\n0077000001,individual,张三丰,13912345678\n0077000002,individual,李四,1391234\n"


def sent(by: Client, **files: str) -> Any:
    made = [SimpleUploadedFile(f"{name}.csv", text.encode()) for name, text in files.items()]
    return by.post("/api/uploads", {"files": made})


def logins() -> str:
    return LOGINS.format(known=BookClient.objects.order_by("client_id")[0].client_id)


def looked_at() -> Job:
    """Do the oldest waiting job as the worker does, in this process."""
    kinds.load()
    job = doing.take(clock.real())
    assert job is not None
    one.do(job.pk)
    job.refresh_from_db()
    return job


@pytest.fixture
def bob(viewer: Who) -> Client:
    return calling(viewer("bob"), "data.upload")


def test_a_file_is_looked_at_and_told_line_by_line_and_nothing_is_stored(bob: Client, db: Path) -> None:
    before = Store(db).manifest()
    number = done(sent(bob, login=logins()))["id"]
    waiting = read(bob, f"/api/uploads/{number}")
    assert (waiting["job"]["state"], waiting["there"], waiting["check"]) == ("waiting", True, None)
    assert looked_at().state == "done"
    check = read(bob, f"/api/uploads/{number}")["check"]
    (file,) = check["files"]
    assert (file["file"], file["table"], file["rejected"]) == ("login.csv", "login", "")
    assert file["columns"] == {"date": "date", "client_id": "client_id", "count": "count"}
    assert (file["lines"], file["accepted"], file["quarantined"], file["other"]) == (4, 1, 2, 1)
    assert check["tables"]["login"] == {"new": 1, "changed": 0, "unchanged": 0, "quarantined": 2}
    assert {(f["line"], f["column"]) for f in check["findings"]} == {(3, "client_id"), (4, "date")}
    assert all(f["why"] and f["why_en"] and f["file"] == "login.csv" for f in check["findings"])
    assert sum(check["counts"].values()) == 2
    assert Store(db).manifest() == before


def test_identities_in_a_check_are_masked(bob: Client) -> None:
    number = done(sent(bob, 客户资料=CLIENTS))["id"]
    assert looked_at().state == "done"
    answer = bob.get(f"/api/uploads/{number}")
    text = answer.content.decode()
    assert answer.json()["check"]["files"][0]["table"] == "client"
    assert answer.json()["check"]["files"][0]["samples"][0]["rows"]
    assert [mark for mark in ("张三丰", "李四", "13912345678", "1391234") if mark in text] == []


def test_a_mapping_is_said_and_the_files_are_looked_at_again(bob: Client) -> None:
    number = done(sent(bob, login=logins()))["id"]
    assert send(bob, f"/api/uploads/{number}/mapping", {"mapping": "[login"}).status_code == 422
    mapping = '[login.columns]\ncount = "count"\n'
    again = done(send(bob, f"/api/uploads/{number}/mapping", {"mapping": mapping}))["id"]
    assert again != number
    assert read(bob, f"/api/uploads/{again}")["mapping"] == mapping


def test_what_is_thrown_away_is_gone_and_cannot_be_looked_at_again(bob: Client) -> None:
    number = done(sent(bob, login=logins()))["id"]
    folder = Job.objects.get(pk=number).arguments["folder"]
    assert staging.batch(folder) is not None
    done(bob.delete(f"/api/uploads/{number}"))
    assert staging.batch(folder) is None
    assert read(bob, f"/api/uploads/{number}")["there"] is False
    assert send(bob, f"/api/uploads/{number}/mapping", {"mapping": ""}).status_code == 422


def test_a_look_that_failed_says_why(bob: Client) -> None:
    number = done(sent(bob, login=logins()))["id"]
    staging.throw_away(Job.objects.get(pk=number).arguments["folder"])
    assert looked_at().state == "failed"
    told = read(bob, f"/api/uploads/{number}")
    assert (told["check"], told["job"]["error_en"].startswith("The uploaded files are gone")) == (None, True)


def test_another_s_upload_and_a_job_that_is_none_are_not_there(bob: Client, viewer: Who) -> None:
    number = done(sent(bob, login=logins()))["id"]
    erin = calling(viewer("erin"), "data.upload")
    night = Job.objects.create(
        kind="night", by_id=viewer("bob").user_id, created_at=clock.now(), changed_at=clock.now()
    )
    for by, which in ((erin, number), (bob, night.pk)):
        assert by.get(f"/api/uploads/{which}").status_code == 404
        assert by.delete(f"/api/uploads/{which}").status_code == 404
        assert send(by, f"/api/uploads/{which}/mapping", {"mapping": ""}).status_code == 404


def test_what_waits_for_a_second_person_is_not_thrown_away_by_a_token(bob: Client, viewer: Who) -> None:
    number = int(done(sent(bob, login=logins()))["id"])
    looked_at()
    drops.take_in(number, feed="upload", reason="补登录", by=viewer("bob"), at=clock.now())
    assert bob.delete(f"/api/uploads/{number}").status_code == 422
    assert read(bob, f"/api/uploads/{number}")["there"] is True


def test_a_token_without_the_scope_leaves_no_byte_and_its_files_are_not_even_read(
    viewer: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.http import HttpRequest

    def unasked(self: HttpRequest) -> None:
        raise AssertionError("the files of who may not send any were taken in")

    monkeypatch.setattr(HttpRequest, "_load_post_and_files", unasked)
    for by in (calling(viewer("bob"), "client.list"), calling(viewer("alice"))):
        assert sent(by, login=logins()).status_code == 404
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (
            b'--x\r\nContent-Disposition: form-data; name="files"\r\n\r\na\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (b"{}", "application/json"),
    ],
)
def test_what_holds_no_file_is_refused_in_both_languages(bob: Client, body: bytes, kind: str) -> None:
    answer = bob.generic("POST", "/api/uploads", body, content_type=kind)
    assert answer.status_code == 422
    assert set(answer.json()) == {"detail", "detail_en"}
    assert not Job.objects.exists()


def test_more_files_than_are_taken_at_once_are_refused(bob: Client) -> None:
    answer = sent(bob, **{f"f{n}": "x" for n in range(101)})
    assert answer.status_code == 422
    assert "detail_en" in answer.json()
    assert not Job.objects.exists()
