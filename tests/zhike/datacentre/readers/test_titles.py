"""The rule that finds a sheet's header."""

from __future__ import annotations

import pytest

from zhike.datacentre.readers.titles import header_row


def row(*cells: object) -> list[tuple[str, bool]]:
    return [("" if c is None else str(c), isinstance(c, int | float)) for c in cells]


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        ([row("代码", "价格"), row("600000", 1)], 0),
        ([row("某营业部"), row("代码", "名称", "价格"), row("600000", "浦发", 1)], 1),
        ([row("姓名", "张三", None, None, None), row("a", "b", "c", "d", "e"), row(1, 2, 3, 4, 5)], 1),
        (
            [
                row("姓名", "张三", None, "起止", "20250101-20250331"),
                row("a", "b", "c", "d", "e"),
                row(1, 2, 3, 4, 5),
            ],
            1,
        ),
        ([row("a", "b", "c"), row("d", "e", "f")], 0),
        ([row("代码", None, "价格"), row(1, 2, 3)], 0),
        ([row("只有表头", "价格")], 0),
        ([row("a", "a", "b"), row("x", "y", "z"), row(1, 2, 3)], 0),
        ([row("2025-03-31", "09:30:00", "100"), row(1, 2, 3)], None),
        ([row(1, 2), row(3, 4)], None),
        ([], None),
    ],
)
def test_the_header_is_the_first_row_of_names_that_the_rows_below_match(
    rows: list[list[tuple[str, bool]]], at: int | None
) -> None:
    assert header_row(rows) == at
