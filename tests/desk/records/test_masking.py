"""What people wrote loses the numbers that name a person, and nothing else."""

from __future__ import annotations

import logging
import sys

import pytest

from zhike_desk.records.masking import Struck, query, struck


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("13812345678", "*******5678"),
        ("10010000042", "*******0042"),
        ("来电138 1234 5678，问佣金", "来电*******5678，问佣金"),
        ("139-8765-4321 和 19912340000", "*******4321 和 *******0000"),
        ("证件11010119900307123X", "证件****************3X"),
        ("11010119900307123x", "****************3x"),
        ("440301199003071234", "****************34"),
        ("老证 110101900307123", "老证 *************23"),
        ("a.b+c%d_e-f@mail.example.com.cn 收", "***@*** 收"),
        ("W9@X-1.CN", "***@***"),
        ("11010119900307123X，13812345678，x@y.cn", "****************3X，*******5678，***@***"),
    ],
)
def test_a_number_that_names_a_person_leaves_its_end_and_a_mail_address_nothing(
    written: str, left: str
) -> None:
    assert struck(written) == left


@pytest.mark.parametrize(
    "written",
    [
        "",
        "卖出 600000，12812345678 股",
        "138123456789",
        "013812345678",
        "6222021234567890",
        "订单 4403011990030712345",
        "11010119900307123XX",
        "user@host",
        "@所有人",
    ],
)
def test_what_only_looks_like_one_stays(written: str) -> None:
    assert struck(written) == written


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("q=张三&logic=trend", "q=***&logic=trend"),
        ("logic=trend,value&score.min=20", "logic=trend,value&score.min=20"),
        ("q=&x=13912345678", "q=&x=*******5678"),
        ("sort=-score&tag=a b", "sort=-score&tag=a+b"),
        ("", ""),
    ],
)
def test_a_query_is_told_without_what_was_searched_for(asked: str, told: str) -> None:
    assert query(asked) == told


@pytest.mark.parametrize(
    ("message", "written"),
    [
        ("Not Found: /nothing/\\u8273\\u971e/x", "Not Found: /nothing/***/x"),
        ("Not Found: /\\xe9\\U0001f600/13812345678/", "Not Found: /***/*******5678/"),
        ("duplicate key\nDETAIL:  Key (name)=(张三) exists.\nnext", "duplicate key\nnext"),
        ("failed\nCONTEXT:  COPY book_client, line 3: 张三", "failed\n"),
        ("张三 is our own word: DETAIL: stays", "张三 is our own word: DETAIL: stays"),
    ],
)
def test_a_log_quotes_neither_what_was_typed_into_an_address_nor_rows_of_a_database(
    message: str, written: str
) -> None:
    assert Struck().format(_record(message)) == written


def test_a_traceback_in_a_log_is_struck_too() -> None:
    try:
        raise ValueError("mail to a@b.cn, 13812345678")
    except ValueError:
        record = _record("broken")
        record.exc_info = sys.exc_info()
    said = Struck().format(record)
    assert said.startswith("broken\nTraceback")
    assert said.endswith("ValueError: mail to ***@***, *******5678")


def _record(message: str) -> logging.LogRecord:
    return logging.LogRecord("zhike", logging.WARNING, __file__, 1, message, None, None)
