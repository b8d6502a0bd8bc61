"""The studio's pages: what they show whom, answers saved as they are given, conflicts told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhike_desk.pages.ahp import scale
from zhike_desk.records.actions import judgements, panels
from zhike_desk.records.models import Judgement, User
from zhike_desk.records.queries import value_models
from zhike_desk.records.viewer import Viewer

AT = datetime(2025, 7, 2, 2, 0, tzinfo=UTC)
SignedIn = Callable[[str], Client]
Who = Callable[[str], Viewer]
NODE = "scale"


@pytest.fixture
def panel(db: Path, viewer: Who) -> int:
    ids = [User.objects.get(username=name).pk for name in ("alice", "erin")]
    return int(panels.begin("机构三季度", "institution-1", ids, by=viewer("bob"), at=AT).id)


def answer(browser: Client, panel: int, **given: Any) -> Any:
    data = {"touched": "1", "seen": "0", "do": "save", **given}
    return browser.post(f"/value/panels/{panel}/judge/{NODE}/answer/", data, headers={"HX-Request": "true"})


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_steps_of_the_slider_are_saatys_scale_both_ways() -> None:
    assert [scale.value_of(s) for s in (-8, -2, 0, 2, 8)] == [9.0, 3.0, 1.0, 1 / 3, 1 / 9]
    assert all(scale.step_of(scale.value_of(step)) == step for step in scale.STEPS)
    assert scale.sentence("甲", "乙", 3.0) == "甲 比 乙：稍微重要（3）"
    assert scale.sentence("甲", "乙", 1 / 5) == "乙 比 甲：明显重要（5）"
    assert scale.sentence("甲", "乙", 1.0) == "甲 与 乙：同等重要（1）"


def test_the_overview_shows_weights_with_their_consistency_and_its_table(
    db: Path, signed_in: SignedIn
) -> None:
    shown = text(signed_in("alice").get("/value/"))
    assert "个人客户模型 第 1 版" in shown
    assert "机构客户模型 第 1 版" in shown
    assert "当前价值" in shown
    assert "一致性比率 0.005" in shown
    assert "随机一致性指标（RI）：本系统模拟得出" in shown
    assert "开始新评议" not in shown
    assert "开始新评议" in text(signed_in("bob").get("/value/"))


def test_three_answers_give_four_two_and_one_seventh_on_the_screen(panel: int, signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    first = answer(browser, panel, k=0, step="-1")
    assert "再判断 1 对即可得出权重" in text(first)
    assert first.headers["HX-Retarget"] == "#live"
    answer(browser, panel, k=1, step="-3")
    shown = text(answer(browser, panel, k=2, step="-1"))
    assert re.search(r"持仓市值 57\.1% .*可质押市值 28\.6% .*现金 14\.3%", shown)
    assert "CR" in shown
    assert "0.000 ≤ 0.10" in shown
    assert list(Judgement.objects.order_by("id").values_list("value", flat=True)) == [2.0, 4.0, 2.0]


def test_going_on_untouched_leaves_a_pair_unjudged(panel: int, signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    after = answer(browser, panel, k=0, step="0", touched="0", do="next")
    assert "第 2 / 3 对" in text(after)
    assert not Judgement.objects.exists()
    answer(browser, panel, k=1, step="0", do="next")
    assert Judgement.objects.get().value == 1.0


def test_skipping_takes_a_judgement_back_to_not_judged(panel: int, signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    answer(browser, panel, k=0, step="-2")
    answer(browser, panel, k=0, step="-2", seen="1", do="skip", touched="0")
    assert Judgement.objects.get().value is None


def test_a_second_window_is_told_what_stands_and_what_it_wanted(panel: int, signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    answer(browser, panel, k=0, step="-2")
    answer(browser, panel, k=0, step="-4", seen="1")
    beaten = answer(browser, panel, k=0, step="-6", seen="1")
    assert beaten.status_code == 409
    shown = text(beaten)
    assert "持仓市值 比 可质押市值：明显重要（5）" in shown
    assert "持仓市值 比 可质押市值：强烈重要（7）" in shown
    assert Judgement.objects.get().value == 5.0
    mine = browser.post(
        f"/value/panels/{panel}/judge/{NODE}/answer/",
        {"k": 0, "seen": "2", "step": "-6", "touched": "1", "do": "keep"},
    )
    assert mine.status_code == 302
    assert Judgement.objects.get().value == 7.0


def test_without_scripts_the_form_saves_and_leads_to_the_next_pair(panel: int, signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    done = browser.post(
        f"/value/panels/{panel}/judge/{NODE}/answer/",
        {"k": 0, "seen": "0", "step": "-2", "touched": "1", "do": "next"},
    )
    assert done.headers["Location"].endswith("?pair=2")
    assert Judgement.objects.get().value == 3.0


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("alice", 200),
        ("grace", 404),
        ("bob", 200),
        ("erin", 200),
        ("dora", 200),
        ("frank", 404),
        ("charlie", 404),
    ],
)
def test_a_panel_is_there_for_its_experts_its_leaders_and_compliance(
    panel: int, signed_in: SignedIn, who: str, status: int
) -> None:
    assert signed_in(who).get(f"/value/panels/{panel}/").status_code == status


def test_an_answer_off_the_scale_is_refused(panel: int, signed_in: SignedIn) -> None:
    assert answer(signed_in("alice"), panel, k=0, step="12").status_code == 422
    assert answer(signed_in("alice"), panel, k=9, step="2").status_code == 404
    assert not Judgement.objects.exists()


def test_a_name_that_is_taken_is_told_beside_the_form(panel: int, signed_in: SignedIn) -> None:
    again = signed_in("bob").post("/value/panels/new/", {"name": "机构三季度", "base": "institution-1"})
    assert again.status_code == 422
    assert "已有名为“机构三季度”的评议" in text(again)


def test_every_page_keeps_its_budget_of_queries(panel: int, signed_in: SignedIn, viewer: Who) -> None:
    for left, right in (("market_value", "pledgeable"), ("pledgeable", "cash")):
        judgements.judge(panel, NODE, left, right, 2.0, seen=0, by=viewer("alice"), at=AT)
    for who, page in (
        ("bob", "/value/"),
        ("bob", f"/value/panels/{panel}/?node={NODE}"),
        ("alice", f"/value/panels/{panel}/judge/{NODE}/"),
        ("alice", f"/value/panels/{panel}/judge/{NODE}/?as=matrix"),
        ("bob", "/value/versions/individual-1/"),
    ):
        browser = signed_in(who)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(page).status_code == 200
        assert len(asked) <= 15, (page, len(asked))


def test_versions_are_compared_weight_by_weight(db: Path, signed_in: SignedIn) -> None:
    same = signed_in("bob").get("/value/versions/individual-1/?against=individual-1")
    assert "权重完全相同" in text(same)
    other = text(signed_in("bob").get("/value/versions/institution-1/?against=individual-1"))
    assert "个人客户模型 第 1 版 → 机构客户模型 第 1 版" in other
    assert signed_in("bob").get("/value/versions/nothing/").status_code == 404


def test_between_publication_and_night_the_page_says_which_version_scored_what_is_shown(
    db: Path, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert value_models.shown_by()["individual"] == "individual-1"
    assert "自下一次夜间运行起" not in text(signed_in("bob").get("/value/"))
    monkeypatch.setattr(value_models, "shown_by", lambda: {"individual": "individual-0"})
    assert "眼前的名单和等级仍由 个人客户模型 第 0 版 得出" in text(signed_in("bob").get("/value/"))


def test_a_panel_that_waits_shows_the_weights_asked_for_and_is_read_only(
    panel: int, signed_in: SignedIn, viewer: Who
) -> None:
    for left, right, value in (
        ("market_value", "pledgeable", 2.0),
        ("market_value", "cash", 4.0),
        ("pledgeable", "cash", 2.0),
    ):
        judgements.judge(panel, NODE, left, right, value, seen=0, by=viewer("alice"), at=AT)
    asked = signed_in("bob").post(
        f"/value/panels/{panel}/publish/", {"version": "institution-2", "seen": "1", "reason": "三季度"}
    )
    assert asked.status_code == 302
    shown = text(signed_in("erin").get(f"/value/panels/{panel}/"))
    assert re.search(r"申请发布的权重 .*持仓市值 57\.1% 原 54\.0%，\+3\.2 个百分点", shown)
    assert "去复核" in shown
    assert "申请发布的权重" not in text(signed_in("alice").get(f"/value/panels/{panel}/"))
    assert answer(signed_in("alice"), panel, k=0, step="-6", seen="1").status_code == 422
