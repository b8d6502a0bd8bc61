"""The map as a file: counts and sums as on the page, of nobody alone, with a purpose and a row in the log."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from zhike_desk.records.models import AuditRow, BookClient
from zhike_desk.records.queries import segments as query
from zhike_desk.records.queries.segments import LEAST
from zhike_desk.records.viewer import Viewer

Sign = Callable[[str], Client]
Viewing = Callable[[str], Viewer]
FORM = {"form": "csv", "purpose": "月报"}


def _table(browser: Client, url: str = "/segments/export/") -> list[list[str]]:
    answer = browser.post(url, FORM)
    assert answer.status_code == 200
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "盈利逻辑"
    assert rows[-1][0].startswith("# ")  # the watermark
    return rows[1:-1]


@pytest.mark.parametrize("name", ["bob", "erin"])
def test_the_file_holds_what_the_page_shows(name: str, signed_in: Sign, viewer: Viewing) -> None:
    browser = signed_in(name)
    assert 'data-open="export"' in browser.get("/segments/").content.decode()
    rows, found = _table(browser), query.segments(viewer(name), query.asked(viewer(name), {}))
    assert len(rows) == len(found.cells)
    told = sorted(float(row[2]) for row in rows if row[2])
    assert told == sorted(float(g.clients) for g in found.cells.values() if g.clients is not None)
    assert AuditRow.objects.filter(action="export.small", object_id="segments").count() == 1
    assert "月报" in AuditRow.objects.get(object_id="segments").detail


def test_a_role_that_sees_sums_only_is_told_no_number_of_fewer_than_five(signed_in: Sign) -> None:
    rows = _table(signed_in("erin"))
    few = [row for row in rows if not row[2]]
    assert few
    assert all(row[2:5] == ["", "", ""] and "不足 5 位" in row[5] for row in few)
    assert all(float(row[2]) >= LEAST for row in rows if row[2])


def test_no_client_is_in_the_file_and_a_purpose_is_needed(signed_in: Sign) -> None:
    browser = signed_in("bob")
    content = browser.post("/segments/export/", FORM).content.decode("utf-8-sig")
    assert not [c for c in BookClient.objects.all() if c.client_id in content or c.pseudonym in content]
    assert browser.post("/segments/export/", {**FORM, "purpose": " "}).status_code == 422
    assert browser.post("/segments/export/", {**FORM, "form": "exe"}).status_code == 422


def test_the_file_is_narrowed_as_the_page_is(signed_in: Sign) -> None:
    browser = signed_in("bob")
    whole = sum(float(row[2]) for row in _table(browser))
    part = sum(float(row[2]) for row in _table(browser, "/segments/export/?kind=institution"))
    assert 0 < part < whole


def test_an_administrator_takes_nothing_out(signed_in: Sign) -> None:
    assert signed_in("frank").post("/segments/export/", FORM).status_code == 404
