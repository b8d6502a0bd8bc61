"""What a night publishes in words is a code and its figures, and has its words in both languages."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from zhike.base.text import Said, say
from zhike.datacentre.tables import RESULTS
from zhike.datacentre.tables.definition import Type
from zhike.datacentre.tables.sentences import SENTENCES, in_words, plain, tell, told_in
from zhike.datacentre.tables.telling import Sentence

KEPT = Path(__file__).parents[3] / "fixtures" / "sentences.json"
CHINESE = re.compile(r"[\u3400-\u9fff]")
# Texts whose words are those of a definition, in both languages there, or that nobody but the branch itself wrote.
DEFINED = {"measure_dictionary", "measure_detail", "finding"}


def test_a_sentence_shows_its_figures_in_both_languages() -> None:
    told = tell("stage.silent", months=7, net=tell("also.net", net=1234.5))
    assert told.plain == ["stage.silent", 7, ["also.net", 1234]]
    assert told.said == say(
        "连续 7 个月无交易，净资产 1,234 元", "no trade for 7 months, net assets 1,234 yuan"
    )
    assert in_words(told.stored) == say(
        "连续 7 个月无交易，净资产 1,234 元", "No trade for 7 months, net assets 1,234 yuan"
    )


def test_what_isnt_known_is_a_dash_and_days_are_days() -> None:
    share = tell("call.inflow", days=5, amount=3e5, before=0.0, share=None)
    assert "— of the 0 before" in share.said.en
    assert tell("stage.closed", on=date(2025, 3, 31)).zh == "2025-03-31 已销户"
    assert tell("stage.rising_assets", quarter=3, own=float("inf"), like=0.12).plain[2:] == [None, 0.12]


def test_words_of_classes_traits_and_notes_are_in_the_readers_language() -> None:
    told = tell("logic.verdict", logic="trend", p=0.914, n=40, trips=12, because=["buy_week", "sell_held"])
    assert told.zh == "趋势型（概率 91%，依据 40 次决策、12 轮完整交易）：主要看买入前一周的涨幅、持有时间。"
    assert told.said.en.endswith("mainly rise in the week before buying, time held.")
    contact = tell("event.contact", medium="phone", purpose="日常服务", outcome="说要出差")
    assert contact.said == say(
        "电话联系：日常服务，结果：说要出差", "Telephone: everyday service, outcome: 说要出差"
    )


@pytest.mark.parametrize("text", ["", "随便写的", '["no.such", 1]', '["stage.silent"]', '["', '["stage.silent", {}, []]'])  # fmt: skip
def test_a_text_that_is_no_sentence_stays_as_it_is(text: str) -> None:
    assert in_words(text) == Said(text, text)


def test_an_older_versions_row_is_told_by_its_text() -> None:
    assert told_in({"reason": "旧"}, "reason") == Said("旧", "旧")
    row = {"reason": "尚无有效资产与交易", "reason_told": tell("stage.waiting").stored}
    assert told_in(row, "reason").en == "Neither assets nor trades so far"
    assert told_in({"note": None, "note_told": None}, "note") == Said("", "")
    assert (plain(None), plain("旧"), plain('["stage.waiting"]')) == (None, "旧", ["stage.waiting"])


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_each_sentence_is_said_in_both_languages_with_the_same_figures(code: str) -> None:
    found = SENTENCES[code]
    asked = [
        {name for _, name, _, _ in Formatter().parse(text) if name} for text in (found.said.zh, found.said.en)
    ]
    assert asked[0] == asked[1] == set(found.fields)
    assert not CHINESE.search(found.said.en)


def test_a_sentence_with_a_figure_nobody_gives_is_refused() -> None:
    with pytest.raises(ValueError, match="days"):
        Sentence("planted", ("n",), say("{n} 次", "{n} times in {days}"))


def test_codes_and_the_order_of_their_figures_are_final() -> None:
    """Books, generations and tasks hold them: new ones are added to the file, none of it changes."""
    kept = {code: tuple(fields) for code, fields in json.loads(KEPT.read_text(encoding="utf-8")).items()}
    assert kept == {code: s.fields for code, s in SENTENCES.items()}


def test_every_published_text_has_its_code_and_figures_beside_it() -> None:
    bare = {
        f"{table.name}.{column.name}"
        for table in RESULTS.values()
        for column in table.columns
        if column.type == Type.TEXT and table.name not in DEFINED and not table.has(f"{column.name}_told")
    }
    assert bare == {"client_card.name"}
