"""Thresholds of proposals that a branch sets at its desk: what `zhike.toml` says holds until two people have changed it here.

The night knows nothing of the desk: before it runs, what is set lies in `branch.toml` beside `zhike.toml`, in the same form.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings

from zhike.base.text import Said, say
from zhike.config import BRANCH, FILE, proposal_settings
from zhike.decisions.proposals import Settings
from zhike.engine.durable import write_whole
from zhike_desk.records import settings
from zhike_desk.records.models import Setting
from zhike_desk.records.settings import Entry, Unfit

GROUP = "proposals"
MEANINGS: Mapping[str, Said] = {
    "callback_days": say("新客户开户后几天内回访", "days within which a new client is called back"),
    "assessment_months": say("风险测评有效月数", "months a risk assessment holds"),
    "assessment_ahead_days": say("到期前几天提醒重新测评", "days before it ends to ask again"),
    "flow_days": say("大额资金看几个交易日", "trading days a large flow is summed over"),
    "flow_amount": say("净流达到多少元算大额", "CNY from which a net flow is large"),
    "flow_share": say("且达到此前资产的比例", "and the share of the assets before it"),
    "drawdown_days": say("回撤的高点在几个交易日内找", "trading days in which the peak is looked for"),
    "drawdown": say("回撤达到多少时关怀", "fall since the peak from which care is proposed"),
    "pause": say("停顿超过自身长间隔的几倍", "times the client's own long gap without a trade"),
    "pause_least_days": say("且至少几个交易日", "and so many trading days at least"),
    "least_assets": say("净资产低于多少元视为空户", "CNY of net assets below which an account is empty"),
    "birthday_ahead_days": say("生日前几天提醒", "days before a birthday"),
    "leaving_days": say("转出或申请销户后几天内按流失处理", "days for which a client counts as leaving"),
    "hold_share": say("可做建议中留作对照的比例", "share of may-do proposals held back"),
}
"""The thresholds that can be set here, each with its meaning."""
_SHARES = ("flow_share", "drawdown", "hold_share")
_MOST = 1_000_000_000
_LONGEST = 3_650
"""Days or months of a threshold: beyond that no date is meant, and some can't be reckoned."""
_NUMBER = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,6})?")


def entries() -> list[Entry]:
    """List the thresholds as the settings' form shows them; the default is what `zhike.toml` says. One query."""
    rows = {row.name: row for row in Setting.objects.filter(name__startswith=f"{GROUP}.")}
    plain = proposal_settings(Path(django_settings.HOME), (FILE,))
    found = []
    for name, says in MEANINGS.items():
        row, default = rows.get(f"{GROUP}.{name}"), _short(getattr(plain, name))
        value = row.value if row else default
        found.append(Entry(f"{GROUP}.{name}", value, default, says, row.version if row else 0))
    return found


def fit(name: str, value: Any) -> float:
    """Return `value` as a threshold (`proposals.…`) takes it; raise Unfit where it can't."""
    short = name.removeprefix(f"{GROUP}.")
    if short not in MEANINGS:
        raise Unfit(say(f"没有这样的设置：{name}。", f"There is no such setting: {name}."))
    whole = _whole(short)
    most = 1 if short in _SHARES else _LONGEST if whole else _MOST
    number = float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value
    fits = type(number) in (int, float) and 0 <= number <= most and (not whole or number == int(number))
    if not fits or (short == "hold_share" and number >= 1):
        says = MEANINGS[short]
        kind = say("整数", "a whole number") if whole else say("数", "a number")
        raise Unfit(
            say(f"{says.zh}：应为 0 到 {most:,} 的{kind.zh}。", f"{says.en}: {kind.en} from 0 to {most:,}.")
        )
    return _short(float(number))


def hand_on(home: Path) -> None:
    """Write what is set here for the next night, whole; nothing stands there where nothing is set. Raises OSError."""
    rows = dict(Setting.objects.filter(name__startswith=f"{GROUP}.").values_list("name", "value"))
    lines = [
        _line(name.removeprefix(f"{GROUP}."), value)
        for name, value in sorted(rows.items())
        if name.removeprefix(f"{GROUP}.") in MEANINGS
    ]
    days = settings.current().calendar
    for name, written in (("days_off", days.holidays), ("days_worked", days.workdays)):
        if written:
            lines.append(f"{name} = [{', '.join(d.isoformat() for d in sorted(settings.days_of(written)))}]")
    path = home / BRANCH
    text = "\n".join(
        ["# Set at the workbench, by two people; written anew before each night.", f"[{GROUP}]", *lines, ""]
    )
    if not lines:
        path.unlink(missing_ok=True)
    elif not path.exists() or path.read_text("utf-8") != text:
        write_whole(path, text.encode())


def _line(short: str, value: float) -> str:
    return f"{short} = {int(value) if _whole(short) else float(value)!r}"


def _whole(short: str) -> bool:
    """Tell whether a threshold is counted: its definition says so, whatever a file writes it as."""
    return isinstance(getattr(Settings(), short), int)


def _short(value: float) -> float:
    """Return a number without a fraction that says nothing: 100000.0 is read as 100000."""
    return int(value) if math.isfinite(value) and value == int(value) else value
