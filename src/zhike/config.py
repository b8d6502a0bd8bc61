"""Settings: `zhike.toml` in the home folder, and the environment over it, each room's own checked on entry.

[engine]
threads = 4            # cores; ZHIKE_THREADS overrides
memory = "2GB"         # 1 GB = 2^30 bytes; ZHIKE_MEMORY overrides
spill = "spill"        # folder for what doesn't fit into memory, relative to the home folder
on = "embedded"        # where a night's tasks are done: "local-spark", "spark://HOST:PORT"; ZHIKE_ENGINE, `run --engine` override

[keep]
generations = 7        # the latest so many published generations stay; "all": every one
generation_days = 90   # and those of so many days before the newest one's day (without it: the number decides)
raw_days = 7300        # delivered bytes older than that may be removed, by `zhike retire --yes` (without it: kept for ever)

[proposals]
assessment_months = 24 # how long a risk assessment holds; every number of `zhike.decisions.proposals.Settings` may be set here
days_off = [2026-01-01]      # holidays to come, on which nothing is due; days_worked: weekends worked instead

What a branch sets at its workbench stands beside it, in `branch.toml`, and is laid over [proposals].
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.limits import Keep
from zhike.engine import EngineSettings

if TYPE_CHECKING:
    from zhike.decisions.proposals import Settings

FILE = "zhike.toml"
BRANCH = "branch.toml"
"""What a branch has set at its workbench, in the same form: laid over `zhike.toml`."""
_KNOWN: Mapping[str, tuple[str, ...]] = {
    "engine": ("threads", "memory", "spill", "on"),
    "keep": ("generations", "generation_days", "raw_days"),
}
_PROPOSALS = "proposals"
_LISTS = ("days_off", "days_worked")
_VARIABLES = {"threads": "ZHIKE_THREADS", "memory": "ZHIKE_MEMORY", "on": "ZHIKE_ENGINE"}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*", re.IGNORECASE)
_POWER = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}


def engine_settings(home: Path, environment: Mapping[str, str] = os.environ) -> EngineSettings:
    """Read what the engine may use of the machine; raise UsageError where a setting can't be understood."""
    path = home / FILE
    found = {**_read(path).get("engine", {})}
    where = dict.fromkeys(found, str(path))
    for name, variable in _VARIABLES.items():
        if environment.get(variable):
            found[name], where[name] = environment[variable], variable
    plain = EngineSettings()
    return EngineSettings(
        threads=_threads(found["threads"], where["threads"]) if "threads" in found else plain.threads,
        memory=size(found["memory"], where["memory"]) if "memory" in found else plain.memory,
        spill=home / _folder(found.get("spill", "spill"), where.get("spill", "")),
        on=_engine(found["on"], where["on"]) if "on" in found else plain.on,
    )


def keep_settings(home: Path) -> Keep:
    """Read how much is kept; raise UsageError where a setting can't be understood."""
    path = home / FILE
    found = _read(path).get("keep", {})
    for name, value in found.items():
        every = name == "generations"
        if not (every and value == "all") and (
            not isinstance(value, int) or isinstance(value, bool) or value < 1
        ):
            raise _unreadable(
                name, value, f"{path} [keep]",
                "1 或更大的整数" + ("，或 \"all\"" if every else ""),
                "a whole number of 1 or more" + (', or "all"' if every else ""),
            )  # fmt: skip
    return Keep(**{name: None if value == "all" else value for name, value in found.items()})


def proposal_settings(home: Path, files: Sequence[str] = (FILE, BRANCH)) -> Settings:
    """Read the thresholds of proposals, a later file over an earlier one; raise UsageError where one can't be understood, or can't work."""
    from zhike.decisions.proposals import (
        Settings,  # heavy, and who asks for the engine alone needs none of it
    )

    found: dict[str, Any] = {}
    for file in files:
        entries = _read(home / file).get(_PROPOSALS, {})
        found |= _thresholds(entries, Settings(), f"{home / file} [{_PROPOSALS}]")
    return Settings(**found)


def _thresholds(entries: Mapping[str, Any], plain: Settings, where: str) -> dict[str, Any]:
    """Return a section's thresholds as they are kept: numbers, and lists of days as ISO texts in their order."""
    numbers = [name for name in plain.__slots__ if isinstance(getattr(plain, name), int | float)]
    found: dict[str, Any] = {}
    for name, value in entries.items():
        _refuse_unknown(name, (*numbers, *_LISTS), where)
        if name in _LISTS:
            if not isinstance(value, list) or not all(type(day) is date for day in value):
                raise _unreadable(name, value, where, "日期列表，如 [2026-01-01]", "days, as in [2026-01-01]")
            found[name] = tuple(day.isoformat() for day in sorted(value))
            continue
        kinds = (int,) if isinstance(getattr(plain, name), int) else (int, float)
        if type(value) not in kinds or not 0 <= value < float("inf"):
            whole = ("整数", "whole number") if kinds == (int,) else ("数", "number")
            raise _unreadable(name, value, where, f"不小于 0 的{whole[0]}", f"a {whole[1]} of 0 or more")
        found[name] = value
    return found


def size(value: object, where: str = "") -> int:
    """Read a size in bytes from a whole number or a text like "512MB" or "2 GiB" (1 GB = 2^30 bytes)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _unreadable("memory", value, where, '"512MB"、"2GB"', '"512MB", "2GB"')
    return int(float(match[1]) * (1 << _POWER[match[2].lower()]))


def _threads(value: object, where: str) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not text.isdecimal():
        raise _unreadable("threads", value, where, "整数，如 4", "a whole number such as 4")
    return int(text)


def _folder(value: object, where: str) -> Path:
    if not isinstance(value, str) or not value:
        raise _unreadable("spill", value, where, '目录名，如 "spill"', 'the name of a folder such as "spill"')
    return Path(value).expanduser()


def _engine(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _unreadable("on", value, where, '"embedded"、"local-spark" 或 "spark://主机:端口"', '"embedded", "local-spark" or "spark://HOST:PORT"')  # fmt: skip
    return value


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """Read the file, refusing what it shouldn't have; an absent file says nothing."""
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            say(f"设置文件不是有效的 TOML：{error}", f"The settings aren't valid TOML: {error}"),
            where=str(path),
        ) from error
    for room, entries in content.items():
        _refuse_unknown(room, (*_KNOWN, _PROPOSALS), str(path))
        if not isinstance(entries, dict):
            raise _unreadable(room, entries, str(path), f"一节 [{room}]", f"a section [{room}]")
        for name in entries if room in _KNOWN else ():
            _refuse_unknown(name, _KNOWN[room], f"{path} [{room}]")
    return content


def _refuse_unknown(name: str, known: Collection[str], where: str) -> None:
    if name in known:
        return
    near = get_close_matches(name, known, n=1)
    raise UsageError(
        say(f"没有名为“{name}”的设置。", f"There is no setting '{name}'."),
        where=where,
        next_=say(f"是否想写“{near[0]}”？", f"Did you mean '{near[0]}'?")
        if near
        else say("可用：" + "、".join(known), "Known: " + ", ".join(known)),
    )


def _unreadable(name: str, value: object, where: str, zh: str, en: str) -> UsageError:
    return UsageError(
        say(f"设置 {name} = {value!r} 无法理解。", f"The setting {name} = {value!r} can't be understood."),
        where=where,
        next_=say(f"请写{zh}。", f"Write {en}."),
    )
