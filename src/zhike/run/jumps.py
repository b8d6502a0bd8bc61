"""What a night says of prices that jump with nothing delivered to explain it: what, where, what was assumed, what next."""

from __future__ import annotations

from datetime import date

from zhike.base.period import date_of
from zhike.base.text import Said, say
from zhike.features.market import Jump, Prices

_SHOWN = 50  # the latest ones by name, the others as a number: quotes without any factors may hold hundreds
_NEXT = say(
    "请交付该日的 corporate_action（kind = split，ratio = 每一份变为几份）；若行情本身有误，请交付更正后的 quote（close、prev_close、adj_factor）。",
    "Deliver the corporate_action of that day (kind = split, ratio = units after for one before); if the quote itself is wrong, a"
    " corrected quote (close, prev_close, adj_factor).",
)


def jumps_found(prices: Prices) -> list[dict[str, object]]:
    """Return rows of `finding` for the jumps of a price book, the latest first: table, check, column, value, reason, severity, count."""
    latest = sorted(prices.jumps, key=lambda j: (-j.day, j.security))
    told = [
        _row(jump_said(prices.securities[j.security], date_of(int(prices.days[j.day])), j), 1) | {"value": f"{j.ratio:.6g}"}
        for j in latest[:_SHOWN]
    ]  # fmt: skip
    if len(latest) > _SHOWN:
        n = len(latest) - _SHOWN
        told.append(
            _row(
                say(f"另有 {n} 次较早的同类跳变。{_NEXT.zh}", f"{n} earlier jumps of this kind. {_NEXT.en}"),
                n,
            )
        )
    return told


def _row(reason: Said, count: int) -> dict[str, object]:
    return {
        "table": "quote", "check": "price_jump", "column": "close", "reason": reason.zh, "severity": "warning", "count": count,
    }  # fmt: skip


def jump_said(security: str, day: date, jump: Jump) -> Said:
    """Say that a close jumped, what was made of it, and what to deliver."""
    size = max(jump.ratio, 1.0 / jump.ratio)
    up = jump.ratio > 1.0
    what = say(
        f"{security} 在 {day} 的收盘价为上一交易日的 {size if up else 1 / size:.6g} 倍，而没有交付改变份额的公司行为。",
        f"The close of {security} on {day} is {size if up else 1 / size:.6g} times that of the last day traded, and no corporate action"
        " that changes units was delivered.",
    )
    assumed = _rise(jump) if up else _fall(jump)
    return say(f"{what.zh}{assumed.zh}{_NEXT.zh}", f"{what.en} {assumed.en} {_NEXT.en}")


def _rise(jump: Jump) -> Said:
    k = f"{1.0 / jump.units:.6g}"
    if jump.near:
        return say(
            f"按 {k} 份合为 1 份处理，不计盈亏；客户此后的成交与此矛盾的，份额不变。",
            f"Taken for a consolidation {k} : 1, which brings no profit; units stay where a client's later trades contradict it.",
        )
    return say(
        f"按份额合并处理，但倍数不明，暂按 {k} 折算，当日涨跌不计；客户此后的成交与此矛盾的，份额不变。",
        f"Taken for a consolidation of unknown ratio: units are divided by {k}, and the day brings neither profit nor loss; they stay"
        " where a client's later trades contradict it.",
    )


def _fall(jump: Jump) -> Said:
    if jump.near:
        k = f"{jump.units:.6g}"
        return say(
            f"仅凭价格无法区分暴跌与 1 拆 {k}：按下跌计入盈亏；客户此后卖出远多于所持的，按拆分处理。",
            f"A price alone doesn't tell a crash from a split 1 : {k}: counted as a loss; as a split for clients who later sold many"
            " times what they held.",
        )
    return say("按下跌计入盈亏，份额不变。", "Counted as a loss; units stay.")
