"""A share of a cost is exact, whatever the quantities."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from zhike.features.ledger.positions import share_of


@given(
    cost=st.integers(-(10**15), 10**15),
    of=st.integers(1, 10**14),
    part=st.fractions(0, 1),
)
@example(cost=200_001, of=2, part=Fraction(1, 2))  # 100,000.5: to the even one
@example(cost=3, of=2, part=Fraction(1, 2))  # 1.5
@example(cost=-3, of=2, part=Fraction(1, 2))
@example(cost=999_999_999_999_989, of=99_999_999_999_973, part=Fraction(1, 3))  # products beyond 63 bits
def test_what_leaves_of_a_cost_is_its_exact_share_rounded_half_to_even(
    cost: int, of: int, part: Fraction
) -> None:
    units = int(of * part)
    assert share_of(cost, units, of) == round(Fraction(cost * units, of))
