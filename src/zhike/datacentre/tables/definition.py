"""How a table is defined: columns with type, unit, key, meaning and sensitivity; all else derives from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Type(StrEnum):
    """What a column holds; storage type in brackets."""

    CODE = "code"  # identifier, always a string [string]
    TEXT = "text"  # free text [string]
    CHOICE = "choice"  # one of a closed list [string]
    DATE = "date"  # exchange date [date32]
    TIME = "time"  # time of day, Asia/Shanghai [time32 s]
    STAMP = "stamp"  # date and time, Asia/Shanghai [timestamp s]
    MONTH = "month"  # first day of the month [date32]
    MONEY = "money"  # amount in the row's currency [decimal 18,4]
    QUANTITY = "quantity"  # shares or units [decimal 18,4]
    PRICE = "price"  # money per share or unit [decimal 18,8]
    RATE = "rate"  # fraction, share, ratio or factor [decimal 18,8]
    COUNT = "count"  # whole number [int64]
    NUMBER = "number"  # a statistic [float64]
    BOOL = "bool"  # [bool]
    JSON = "json"  # a JSON object as text [string]


class Level(IntEnum):
    """How sensitive a value is; masks and findings go by it."""

    PUBLIC = 0  # market and product facts
    INTERNAL = 1  # the branch's own business
    PERSONAL = 2  # about a person, not naming them
    IDENTITY = 3  # names a person or lets one be reached: never shown unmasked


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name and meaning are final.

    `choices` belongs to CHOICE; `refers` names a table whose key this is.
    `low`/`high` bound the value (inclusive). `nullable` False means each row has it.
    """

    name: str
    type: Type
    meaning: str
    zh: str
    unit: str = ""
    nullable: bool = False
    key: bool = False
    choices: tuple[str, ...] = ()
    refers: str = ""
    level: Level = Level.INTERNAL
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `derived_key`: rows without a key get one from their content (see the data contract).

    `cluster` names the columns that stored files are sorted by; `client` tables are bucketed by client first.
    """

    name: str
    meaning: str
    zh: str
    columns: tuple[Column, ...]
    required: bool = False
    derived_key: bool = False
    cluster: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """Return the names of the key columns, in order."""
        return tuple(c.name for c in self.columns if c.key)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all columns, in order."""
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        """Return the column called `name`; raise KeyError with the near misses where there is none."""
        for c in self.columns:
            if c.name == name:
                return c
        raise KeyError(f"Table '{self.name}' has no column '{name}'; it has {', '.join(self.names)}")

    def has(self, name: str) -> bool:
        """Tell whether there is a column called `name`."""
        return any(c.name == name for c in self.columns)
