import math

import numpy as np
import pytest

from zhike.base.errors import UsageError
from zhike.models.ahp.groups import Expert, GroupSettings, aij, aip, aitchison, consensus, spreads, sub_groups
from zhike.models.ahp.hierarchy import Node, evaluate
from zhike.models.ahp.judgements import judgements
from zhike.models.ahp.telling import contradictory, group

VOICES = np.ones(3)


def expert(name, *upper, weight=1.0, items="abc"):
    rows = [[1, upper[0], upper[1]], [None, 1, upper[2]], [None, None, 1]]
    return Expert(name, weight, judgements(items, rows, connected=False))


def test_joint_judgements_are_weighted_geometric_means_and_reciprocal():
    joint = aij([expert("x", 2, 4, 1), expert("y", 8, 4, 1 / 3, weight=3)])
    assert joint.matrix[0, 1] == pytest.approx(2 ** (1 / 4) * 8 ** (3 / 4))
    assert joint.matrix[0, 2] == pytest.approx(4)
    np.testing.assert_allclose(joint.matrix * joint.matrix.T, 1, rtol=1e-15)


def test_a_pair_is_joined_over_those_who_judged_it():
    joint = aij([expert("x", 2, None, 3), expert("y", 8, None, None), expert("z", None, None, 3)])
    assert joint.matrix[0, 1] == pytest.approx(4)
    assert joint.matrix[1, 2] == pytest.approx(3)
    assert joint.missing == ((0, 2),)


def test_experts_over_other_items_and_no_experts_are_refused():
    with pytest.raises(UsageError, match="'x' and 'y'"):
        aij([expert("x", 1, 1, 1), expert("y", 1, 1, 1, items="abd")])
    with pytest.raises(UsageError):
        aij([])


def test_joint_priorities_by_hand():
    weights = np.array([[0.5, 0.5], [0.8, 0.2]])
    np.testing.assert_allclose(aip(weights, np.array([1, 1]), "arithmetic"), [0.65, 0.35])
    np.testing.assert_allclose(aip(weights, np.array([1, 1])), [2 / 3, 1 / 3])  # √(½·⅘) : √(½·⅕) = 2 : 1
    np.testing.assert_allclose(aip(weights, np.array([3, 1]), "arithmetic"), [0.575, 0.425])


def test_consensus_is_one_where_all_agree_and_nought_where_each_wants_another_item_by_nine():
    same = np.array([[0.6, 0.3, 0.1]] * 3)
    assert consensus(same, VOICES).index == pytest.approx(1, abs=1e-15)
    lone = (np.ones((3, 3)) + 8 * np.eye(3)) / 11
    assert consensus(lone, VOICES).index == pytest.approx(0, abs=1e-15)


def test_consensus_by_goepels_formula():
    weights = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3]])
    alpha = -sum(p * math.log(p) for p in weights.ravel()) / 2
    gamma = -sum(p * math.log(p) for p in (0.4, 0.4, 0.2))
    least = -(9 / 11) * math.log(9 / 11) - 2 / 11 * math.log(1 / 11)
    correction = math.exp(least) / 3
    found = consensus(weights, np.ones(2))
    assert found.beta == pytest.approx(gamma - alpha)
    assert found.index == pytest.approx((1 / math.exp(gamma - alpha) - correction) / (1 - correction))


def test_nobody_can_disagree_about_one_item():
    assert consensus(np.ones((2, 1)), np.ones(2)).index is None


def test_a_louder_voice_draws_the_consensus_to_its_side():
    weights = np.array([[0.6, 0.3, 0.1], [0.6, 0.3, 0.1], [0.1, 0.3, 0.6]])
    assert consensus(weights, np.array([1, 1, 0.1])).index > consensus(weights, VOICES).index


def test_distance_is_of_ratios():
    a, b = np.array([0.5, 0.25, 0.25]), np.array([0.25, 0.5, 0.25])
    assert aitchison(a, b) == pytest.approx(math.log(2) * math.sqrt(2))
    assert aitchison(a, a) == 0


def test_what_experts_differ_about_comes_first_with_who_holds_the_ends():
    found = spreads([expert("x", 3, 2, 5), expert("y", 1 / 3, 4, 5), expert("z", None, 2, 5)])
    assert [(s.i, s.j) for s in found] == [(0, 1), (0, 2)]
    first = found[0]
    assert (first.lowest_by, first.highest_by, first.opposed) == ("y", "x", True)
    assert first.group == pytest.approx(1)
    assert first.factor == pytest.approx(3)
    assert not found[1].opposed


def test_two_camps_are_found_and_one_mind_is_left_whole():
    rng = np.random.default_rng(4)
    camps = np.log([[0.5, 0.3, 0.1, 0.1]] * 5 + [[0.1, 0.1, 0.3, 0.5]] * 3)
    weights = np.exp(camps + 0.1 * rng.normal(size=camps.shape))
    weights /= weights.sum(axis=1, keepdims=True)
    order = rng.permutation(8)
    found = sub_groups(weights[order], np.ones(8))
    assert [sorted(order[list(g.members)]) for g in found.groups] == [[0, 1, 2, 3, 4], [5, 6, 7]]
    assert found.silhouette > 0.8
    np.testing.assert_allclose(found.groups[1].weights, [0.1, 0.1, 0.3, 0.5], atol=0.05)
    one = sub_groups(np.repeat(weights[:1], 6, axis=0), np.ones(6))
    assert (len(one.groups), one.silhouette) == (1, None)
    assert sub_groups(weights[order], np.ones(8), GroupSettings(least_silhouette=0.999)).silhouette is None


def test_three_experts_are_too_few_for_camps():
    weights = np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])
    assert len(sub_groups(weights, VOICES).groups) == 1
    assert len(sub_groups(weights, VOICES, GroupSettings(least_experts=3)).groups) == 2


def test_of_many_who_contradict_themselves_the_worst_are_named_and_all_are_counted() -> None:
    items, n = ("a", "b", "c"), 14
    experts = tuple(
        Expert(
            f"E{k:02d}",
            1.0,
            judgements(items, [[1, 2 + k / 2, 1 / (2 + k / 2)], [None, 1, 2], [None, None, 1]]),
        )
        for k in range(n)
    )
    found = evaluate(Node("goal", items, experts=experts)).group
    assert found is not None
    said = contradictory(found.inconsistent)
    assert said is not None
    assert said.en.startswith(f"{n} experts contradict themselves")
    assert said.en.index("E13") < said.en.index("E12") < said.en.index("E04")
    assert "E03" not in said.en


def test_who_has_no_say_is_reported_and_changes_nothing() -> None:
    heard = [expert("x", 2, 4, 2), expert("y", 3, 5, 2)]
    mute = [
        expert(name, *upper, weight=0.0)
        for name, upper in (("m", (1 / 9, 1 / 5, 1)), ("n", (1 / 8, 1 / 4, 1)))
    ]
    alone = evaluate(Node("goal", ("a", "b", "c"), experts=tuple(heard)))
    found = evaluate(Node("goal", ("a", "b", "c"), experts=(*heard, *mute)))
    assert found.weights.tolist() == alone.weights.tolist()
    assert found.group.consensus.index == pytest.approx(alone.group.consensus.index)
    assert [v.name for v in found.group.without_say] == ["m", "n"]
    assert "Experts of weight 0 (reported, not counted): m, n." in [said.en for said in group(found.group)]
    assert {s.lowest_by for s in found.group.spreads} >= {"m"}
    assert [g.members for g in found.group.sub_groups.groups] == [(0, 1), (2, 3)]
    for each in found.group.sub_groups.groups:
        assert each.weights.sum() == pytest.approx(1)


def test_a_pair_that_only_those_without_a_say_judged_stays_open() -> None:
    experts = (expert("x", 2, None, 2), expert("m", 2, 9, 2, weight=0.0), expert("n", 2, 4, 2, weight=0.0))
    found = evaluate(Node("goal", ("a", "b", "c"), experts=experts))
    assert found.completed == {(0, 2): pytest.approx(4)}
    assert found.group.spreads[0].group == pytest.approx(6)
    lone = evaluate(
        Node(
            "goal",
            ("a", "b", "c"),
            experts=(expert("x", 2, None, None), expert("y", None, None, 2), experts[1]),
        )
    )
    assert lone.group.geometric is None
    assert lone.group.consensus is None
