"""How numbers, versions of models and devices are written."""

from __future__ import annotations

import pytest
from django.utils import translation

from zhike_desk.ui import devices, figures, words
from zhike_desk.ui.templatetags import zhike as writing

LINUX = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"


def test_a_number_below_zero_has_the_minus_sign_of_print_and_its_value_stays_a_number() -> None:
    assert figures.minus("-1,234.5") == "−1,234.5"
    assert writing.signed_percent(-0.012) == "−1.2%"
    assert writing.number(-3.25) == "−3.2"
    assert writing.whole(-7) == "−7"
    shown = writing.signed_wan(-1_234_567.0)
    assert ">−123.5<" in shown
    assert 'value="-1234567.0"' in shown


@pytest.mark.parametrize(
    ("agent", "named"),
    [
        (LINUX, "Chrome · Linux"),
        (PHONE, "Safari · iPhone"),
        (EDGE, "Edge · Windows"),
        ("curl/8.5.0", "未知设备"),
    ],
)
def test_a_device_is_its_browser_and_its_system(agent: str, named: str) -> None:
    assert devices.named(agent) == named


def test_a_version_that_came_with_zhike_is_said_in_words_and_another_by_its_own_name() -> None:
    assert words.version("individual-1") == "个人客户模型 第 1 版"
    assert words.version("mine-2026") == "mine-2026"
    with translation.override("en"):
        assert words.version("institution-2") == "Institutions, version 2"
