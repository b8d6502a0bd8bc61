"""What people wrote loses the numbers that name a person, and nothing else."""

from __future__ import annotations

import pytest

from zhike_desk.records.masking import struck


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
