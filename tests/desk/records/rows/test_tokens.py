"""Tokens: how a client's names and numbers are cut up."""

from __future__ import annotations

from zhike_desk.records.book.tokens import INITIALS, NAME, NUMBER, PHONE, PINYIN, PSEUDONYM, WITHIN, folded
from zhike_desk.records.rows.names import readings, sort_key, surnames
from zhike_desk.records.rows.tokens import tokens_of


def test_a_persons_tokens_are_suffixes_of_name_syllables_initials_and_the_number_both_ways() -> None:
    assert tokens_of("000123456", "Pabc", "王小明", "13800001234") == {
        "王小明": NAME,
        "小明": NAME + WITHIN,
        "明": NAME + WITHIN,
        "wangxiaoming": PINYIN,
        "xiaoming": PINYIN + WITHIN,
        "ming": PINYIN + WITHIN,
        "wxm": INITIALS,
        "xm": INITIALS + WITHIN,
        "000123456": NUMBER,
        "~654321000": NUMBER + WITHIN,
        "1234": PHONE,
        "pabc": PSEUDONYM,
    }


def test_a_surname_is_found_as_it_is_read_and_as_its_character_is_read_elsewhere() -> None:
    found = tokens_of("1", "", "单雄信", "")
    assert {"shanxiongxin", "danxiongxin", "sxx", "dxx"} <= set(found)
    assert readings("仇和") == [["qiu", "he"], ["chou", "he"]]
    assert readings("万俟卨")[0][:2] == ["mo", "qi"]
    assert readings("单于明") == [["chan", "yu", "ming"], ["shan", "yu", "ming"], ["dan", "yu", "ming"]]


def test_a_list_sorts_a_surname_as_it_is_read() -> None:
    assert sort_key("单雄信") == "shan xiong xin"
    assert sort_key("曾国藩") < sort_key("赵云")
    assert sort_key("Smith") == "s m i t h"


def test_every_surname_of_the_table_is_read_otherwise_elsewhere() -> None:
    assert all(len(readings(surname)) >= 2 for surname in surnames())


def test_an_institution_is_found_by_any_part_of_the_beginning_of_its_name() -> None:
    found = tokens_of("1", "", "上海浦东开发银行资产管理计划一号", "")
    assert {"上海浦东开发银行资产管理计划一号", "浦东开发银行资产管理计划一号"} <= set(found)
    assert found["shpdkfyhzcgljhyh"] == INITIALS
    assert "一号" not in found


def test_text_is_folded_as_tokens_are() -> None:
    assert folded(" Ｚhāng ") == "zhāng"
    assert folded("lü Bu") == "lvbu"


def test_nothing_is_found_by_what_is_not_there() -> None:
    assert tokens_of("12", "", "", "") == {"12": NUMBER, "~21": NUMBER + WITHIN}
