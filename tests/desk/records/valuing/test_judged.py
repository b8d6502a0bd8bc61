"""What judgements give: sums one can do by hand."""

from __future__ import annotations

import pytest

from zhike_desk.records.valuing.judged import Matrix, joined, joint, judged

N = None
CONSISTENT: Matrix = ((1.0, 2.0, 4.0), (N, 1.0, 2.0), (N, N, 1.0))


def test_one_two_four_weighs_four_two_and_one_seventh_without_contradiction() -> None:
    found = judged(CONSISTENT)
    assert found.weights == pytest.approx((4 / 7, 2 / 7, 1 / 7))
    assert found.lambda_max == pytest.approx(3.0)
    assert found.ratio == pytest.approx(0.0, abs=1e-12)
    assert (found.table, found.acceptable, found.complete, found.worst) == ("simulated", True, True, None)


def test_a_pair_left_out_is_what_the_others_imply() -> None:
    found = judged(((1.0, 2.0, N), (N, 1.0, 2.0), (N, N, 1.0)))
    assert (found.count, found.pairs, found.needed) == (2, 3, 0)
    assert found.weights == pytest.approx((4 / 7, 2 / 7, 1 / 7))
    assert found.filled == ((0, 2, pytest.approx(4.0)),)


def test_too_few_pairs_give_no_weights_and_tell_how_many_more_would() -> None:
    found = judged(((1.0, N, N, N), (N, 1.0, 2.0, N), (N, N, 1.0, N), (N, N, N, 1.0)))
    assert (found.weights, found.ratio, found.needed) == (None, None, 2)


def test_the_worst_pair_is_named_with_the_value_that_mends_it() -> None:
    # d against everything is as 1, 2, 4, 8 would have it, but a against d is turned round
    found = judged(((1.0, 2.0, 4.0, 1 / 8), (N, 1.0, 2.0, 4.0), (N, N, 1.0, 2.0), (N, N, N, 1.0)))
    assert not found.acceptable
    assert found.worst is not None
    assert (found.worst.i, found.worst.j, found.worst.mended) == (0, 3, 8.0)
    assert found.worst.ratio == pytest.approx(0.0, abs=1e-9)


def test_two_who_differ_meet_at_the_geometric_mean() -> None:
    pair = joined(((1.0, ((1.0, 8.0), (N, 1.0))), (1.0, ((1.0, 2.0), (N, 1.0)))))
    assert pair[0][1] == pytest.approx(4.0)


def test_a_voice_of_weight_zero_is_reported_and_changes_nothing() -> None:
    found = joint((("a", 1.0, CONSISTENT), ("b", 0.0, ((1.0, 1 / 9, 1 / 9), (N, 1.0, 1.0), (N, N, 1.0)))))
    assert found is not None
    assert found.judged.weights == pytest.approx((4 / 7, 2 / 7, 1 / 7))
    assert [v.name for v in found.voices] == ["a", "b"]


def test_who_agree_fully_have_a_consensus_of_one() -> None:
    found = joint((("a", 1.0, CONSISTENT), ("b", 2.0, CONSISTENT)))
    assert found is not None
    assert found.agreement == pytest.approx(1.0)
    assert (found.level, found.differing) == (0, ())


def test_who_judged_nothing_gives_nothing_together() -> None:
    assert joint((("a", 1.0, ((1.0, N), (N, 1.0))),)) is None


def test_a_weight_can_move_until_two_criteria_are_level() -> None:
    found = joint((("a", 1.0, CONSISTENT),))
    assert found is not None
    # the first alone moves to t, the others share 1 − t as 2 to 1: level with the second at t = 2/3 · (1 − t), t = 0.4
    assert found.rooms[0].down == pytest.approx(0.4)
    assert (found.rooms[0].down_with, found.rooms[0].up) == (1, None)
