"""Say exactly where a mapping file is wrong and what was probably meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.datacentre.tables import TABLES


@dataclass(frozen=True, slots=True)
class Place:
    """A key inside a mapping file, written `mapping.toml [trade.columns] 成交日期`."""

    file: str
    section: str
    key: str = ""

    def __truediv__(self, key: str) -> Place:
        """Return the place one step further in."""
        return Place(self.file, f"{self.section}.{self.key}" if self.key else self.section, key)

    def __str__(self) -> str:
        """Return the place as users find it."""
        return f"{self.file} [{self.section}] {self.key}".rstrip()


def refuse(place: Place, what: Said, next_: Said | None = None) -> UsageError:
    """Return the error for something wrong at `place`."""
    return UsageError(what, where=str(place), next_=next_)


def unknown(place: Place, word: str, choices: Sequence[str]) -> UsageError:
    """Return the error for a word that is none of `choices`, with the nearest one."""
    near = get_close_matches(word, choices, n=1, cutoff=0.5)
    hint = say(f"是否想写“{near[0]}”？", f"Did you mean '{near[0]}'?") if near else _listed(choices)
    return refuse(place, say(f"这里不能写“{word}”。", f"'{word}' is not known here."), hint)


def _listed(choices: Sequence[str]) -> Said:
    if not choices:
        return say("此处不接受任何值。", "Nothing can stand here.")
    return say("可用：" + "、".join(choices), "It can be " + ", ".join(choices) + ".")


def string(place: Place, value: object) -> str:
    """Return `value` if it is text; raise UsageError otherwise."""
    if not isinstance(value, str):
        raise refuse(place, say(f"这里应为文字，而不是 {value!r}。", f"This must be text, not {value!r}."))
    return value


def table_named(place: Place, name: object, *, also: Sequence[str] = ()) -> str:
    """Return `name` if it is a table of the inbox or one of `also`; raise UsageError otherwise."""
    text = string(place, name)
    if text not in TABLES and text not in also:
        raise unknown(place, text, (*TABLES, *also))
    return text
