"""Columns that stand in many tables with one meaning, and one maker of columns for each level."""

from __future__ import annotations

from functools import partial

from zhike.datacentre.tables.definition import Column, Level, Type

public = partial(Column, level=Level.PUBLIC)
internal = partial(Column, level=Level.INTERNAL)
personal = partial(Column, level=Level.PERSONAL)
identity = partial(Column, level=Level.IDENTITY)


def client_id(
    meaning: str = "The client this row is about.",
    zh: str = "本行所属的客户。",
    *,
    key: bool = False,
    nullable: bool = False,
) -> Column:
    """Return the column that points at a client."""
    return personal("client_id", Type.CODE, meaning, zh, key=key, nullable=nullable, refers="client")


def account_id() -> Column:
    """Return the optional column that points at one of the client's accounts."""
    return personal("account_id", Type.CODE, "The client's account that was booked.", "记账的资金账户。",
                    nullable=True, refers="account")  # fmt: skip


def security_id(meaning: str, zh: str, *, key: bool = False, nullable: bool = False) -> Column:
    """Return the column that points at a security, in a table about clients."""
    return personal("security_id", Type.CODE, meaning, zh, key=key, nullable=nullable, refers="security")


def staff_id(meaning: str, zh: str, *, key: bool = False, nullable: bool = False) -> Column:
    """Return the column that points at a member of staff."""
    return internal("staff_id", Type.CODE, meaning, zh, key=key, nullable=nullable, refers="staff")


def channel_id(meaning: str, zh: str, *, key: bool = False, nullable: bool = False) -> Column:
    """Return the column that points at an acquisition channel."""
    return internal("channel_id", Type.CODE, meaning, zh, key=key, nullable=nullable, refers="channel")


def told(column: str) -> Column:
    """Return the column that holds a sentence as a code and its figures, beside the column that holds it in Chinese."""
    return personal(f"{column}_told", Type.JSON, f"`{column}` as a code and its figures, from which it is told in either language.",
                    f"{column} 的编码与数值，据此可用中文或英文表述。", nullable=True)  # fmt: skip


def as_of() -> Column:
    """Return the column each published table has: the day its numbers hold for."""
    return public("as_of", Type.DATE, "The day the numbers hold for: nothing later than its close was used.",
                  "数据截止日：未使用该日收盘之后的任何信息。")  # fmt: skip
