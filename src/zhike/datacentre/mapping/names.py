"""Bring a column's name as delivered into the one form in which names are compared."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

EXACT, BY_WORDS, BARELY, LOOSELY = 0, 1, 2, 3
_INVISIBLE = dict.fromkeys((0xFEFF, 0x200B, 0x200C, 0x200D, 0x2060, 0x00AD))
_BRACKETS = str.maketrans(
    {"【": "(", "】": ")", "〔": "(", "〕": ")", "[": "(", "]": ")", "{": "(", "}": ")"}
)
# The traditional characters of column names, for the exports of Hong Kong brokers; 劵 is often written for 券.
_SIMPLE = str.maketrans(
    "證碼編號帳賬數價額買賣業務發類別標幣種時間餘結單據資產總稅費傭過戶現開盤漲關執項記錄訂認購贖贏虧損倉動將場劵",
    "证码编号账账数价额买卖业务发类别标币种时间余结单据资产总税费佣过户现开盘涨关执项记录订认购赎赢亏损仓动将场券",
)
_EDGES = "\"'“”‘’=@*#:,;、。 "
_GLUE = re.compile(r"[\s_\-.]+")
_SUFFIX = re.compile(r"^(?P<name>.+?)\((?P<unit>[^()]*)\)$")
_SLASH = re.compile(r"^(?P<name>.+?)[/:](?P<unit>[^/:()]+)$")


@dataclass(frozen=True, slots=True)
class Name:
    """A source column: `key` is looked up, `unit` was split off, `bare` lacks a bracket that is no unit.

    `read`: EXACT where the key is the column's own name; otherwise the key is the known name that an
    unlisted one stands for: BY_WORDS, BARELY without words that tell nothing apart, or LOOSELY.
    """

    raw: str
    key: str
    unit: str = ""
    bare: str = ""
    read: int = 0


@lru_cache(maxsize=8192)
def normalise(text: str) -> str:
    """Return `text` without regard to width, case, spaces, quotes, underscores, 帐/账 and traditional forms."""
    text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).translate(_BRACKETS).translate(_SIMPLE)
    text = text.strip(_EDGES).replace("帐", "账").casefold()
    return _GLUE.sub("", text).strip(_EDGES)


@lru_cache(maxsize=8192)
def read_name(raw: str, units: frozenset[str]) -> Name:
    """Split `raw` into its key and, where the suffix is one of `units` (normalised), its unit."""
    key = normalise(raw)
    bracket = _SUFFIX.match(key)
    if bracket:
        name, unit = bracket["name"], bracket["unit"].strip(_EDGES)
        return Name(raw, name, unit) if unit in units else Name(raw, key, bare=name)
    slash = _SLASH.match(key)
    if slash and slash["unit"] in units:
        return Name(raw, slash["name"], slash["unit"])
    return Name(raw, key)
