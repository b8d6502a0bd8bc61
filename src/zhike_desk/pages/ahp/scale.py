"""The verbal scale, as a slider: −8 says left is extremely more important, 0 equal, 8 right is."""

from __future__ import annotations

from zhike.base.text import say
from zhike.models.ahp.verbal import GRADES
from zhike_desk.ui.speech import said, told

STEPS = range(-8, 9)
OFF_SCALE = say("判断应在 1/9 到 9 之间。", "A judgement lies between 1/9 and 9.")


def value_of(step: int) -> float:
    """Return how many times left matters as much as right, for a step of the slider."""
    return float(1 - step) if step <= 0 else 1 / (1 + step)


def step_of(value: float) -> int:
    """Return the step of the slider nearest to a value."""
    return 1 - round(value) if value >= 1 else round(1 / value) - 1


def written(value: float) -> str:
    """Write a value as people do: 3, 1/3, 2.45."""
    if value >= 1:
        return f"{value:.3g}"
    inverse = 1 / value
    return f"1/{inverse:.3g}"


def sentence(left: str, right: str, value: float) -> str:
    """Say a judgement in words, whoever is more important first."""
    if abs(value - 1) < 1e-9:
        return told(f"{left} 与 {right}：同等重要（1）", f"{left} and {right}: equal (1)")
    first, second, times = (left, right, value) if value > 1 else (right, left, 1 / value)
    near = min(9, max(2, round(times)))
    return told(
        f"{first} 比 {second}：{said(GRADES[near])}（{times:.3g}）",
        f"{first} over {second}: {said(GRADES[near])} ({times:.3g})",
    )


def sentences(left: str, right: str) -> list[str]:
    """Return the sentence of each step of the slider, from −8 to 8."""
    return [sentence(left, right, value_of(step)) for step in STEPS]


def options() -> list[tuple[str, str]]:
    """Return what a cell of the matrix offers: the step and its value; nothing first."""
    return [("", "—"), *((str(step), written(value_of(step))) for step in STEPS)]
