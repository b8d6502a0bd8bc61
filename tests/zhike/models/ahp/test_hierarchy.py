import numpy as np
import pytest

from ahp_matrices import drawn
from zhike.base.errors import UsageError
from zhike.models.ahp import (
    AhpSettings,
    Expert,
    Node,
    aip,
    document,
    eigenvector,
    evaluate,
    judgements,
    plain,
)


def leaf(*items):
    return {"criteria": list(items), "matrix": [[1] * len(items)] * len(items)}


DEEP = {
    "goal": "value",
    "criteria": ["now", "later"],
    "matrix": [[1, 3], [None, 1]],
    "children": {
        "now": {
            "criteria": ["fees", "assets"],
            "matrix": [[1, 1], [1, 1]],
            "children": {"fees": leaf("north", "south"), "assets": leaf("south", "west")},
        }
    },
}


def test_weights_multiply_downwards_and_the_same_leaf_is_summed():
    found = evaluate(document(DEEP, "test").model)
    assert found.by_name == pytest.approx({"now": 3 / 4, "later": 1 / 4})
    assert found.global_weights == pytest.approx(
        {"north": 3 / 16, "south": 3 / 8, "west": 3 / 16, "later": 1 / 4}
    )
    assert [leaf.path for leaf in found.leaves] == [
        ("now", "fees", "north"),
        ("now", "fees", "south"),
        ("now", "assets", "south"),
        ("now", "assets", "west"),
        ("later",),
    ]
    assert sum(leaf.weight for leaf in found.leaves) == pytest.approx(1, abs=1e-15)
    assert [path for path, _ in found.nodes()] == [(), ("now",), ("now", "fees"), ("now", "assets")]


def test_method_and_table_hold_below_until_a_node_says_otherwise():
    lower = DEEP["children"]["now"] | {"random_index": "saaty1980"}
    found = evaluate(document(DEEP | {"method": "geometric", "children": {"now": lower}}, "test").model)
    below = found.children["now"].children["fees"]
    assert (found.method, below.method) == ("geometric", "geometric")
    assert found.consistency.random_index == "simulated"
    assert below.consistency.random_index == "saaty1980"


def test_experts_are_joined_each_is_told_and_nobody_is_dropped():
    good = judgements("abc", [[1, 2, 4], [None, 1, 2], [None, None, 1]])
    wild = judgements("abc", [[1, 9, "1/9"], [None, 1, 9], [None, None, 1]])
    part = judgements("abc", [[1, 3, None], [None, 1, None], [None, None, 1]], connected=False)
    experts = (Expert("good", 2.0, good), Expert("wild", 1.0, wild), Expert("part", 1.0, part))
    found = evaluate(Node("goal", ("a", "b", "c"), experts=experts))
    joint = np.array([2**2 * 9 * 3, 0, 0])[0] ** (1 / 4)
    assert found.judgements.matrix[0, 1] == pytest.approx(joint)
    group = found.group
    assert group is not None
    assert [v.name for v in group.inconsistent] == ["wild"]
    assert [v.name for v in group.unheard] == ["part"]
    assert group.voices[1].advice
    assert not group.voices[0].advice
    heard = np.array([eigenvector(good.matrix).weights, eigenvector(wild.matrix).weights])
    np.testing.assert_allclose(group.geometric, aip(heard, np.array([2.0, 1.0])), rtol=1e-12)


def test_sub_groups_name_experts_by_their_place_among_all():
    def says(name, ratio):
        return Expert(name, 1.0, judgements("ab", [[1, ratio], [None, 1]]))

    mute = Expert("mute", 1.0, judgements("ab", [[1, None], [None, 1]], connected=False))
    found = evaluate(
        Node(
            "goal",
            ("a", "b"),
            experts=(mute, *(says(f"e{k}", r) for k, r in enumerate([9, 8, 9, "1/9", "1/8"]))),
        )
    )
    assert found.group is not None
    assert found.group.sub_groups is not None
    assert [g.members for g in found.group.sub_groups.groups] == [(1, 2, 3), (4, 5)]


def test_a_group_of_one_and_one_of_nobody_heard():
    one = Expert("x", 1.0, judgements("ab", [[1, 2], [None, 1]]))
    alone = evaluate(Node("goal", ("a", "b"), experts=(one,))).group
    assert alone is not None
    assert alone.consensus is None
    halves = [[[1, 2, None], [None, 1, None], [None] * 3], [[1, None, None], [None, 1, 2], [None] * 3]]
    experts = tuple(Expert(f"e{k}", 1.0, judgements("abc", h, connected=False)) for k, h in enumerate(halves))
    found = evaluate(Node("goal", ("a", "b", "c"), experts=experts))
    np.testing.assert_allclose(found.weights, [4 / 7, 2 / 7, 1 / 7], rtol=1e-12)
    assert found.completed == {(0, 2): pytest.approx(4)}
    assert found.group is not None
    assert found.group.geometric is None
    assert plain(found)["experts"][0]["weights"] is None


def test_what_nothing_compares_is_refused_with_its_place():
    open_ = judgements("ab", [[1, None], [None, 1]], connected=False)
    with pytest.raises(UsageError, match="here"):
        evaluate(Node("goal", ("a", "b"), open_, where="here"))
    with pytest.raises(UsageError, match="goal"):
        evaluate(Node("goal", ("a", "b")))


def test_remarks_tell_of_values_beyond_nine_of_gaps_and_of_the_end_of_a_table():
    matrix = drawn(np.random.default_rng(3), 20)
    matrix[0, 1], matrix[1, 0] = 100, 1 / 100
    matrix[2, 3] = matrix[3, 2] = np.nan
    names = [f"c{i}" for i in range(20)]
    found = evaluate(
        Node("goal", tuple(names), judgements(names, matrix)), AhpSettings(random_index="saaty1980")
    )
    said = " ".join(each.en for each in found.remarks)
    assert found.consistency.ratio is None
    assert "c0 / c1 = 100" in said
    assert "1 of 190 pairs" in said
    assert "saaty1980" in said


def test_the_page_is_whole_and_escapes_names():
    model = {
        "criteria": ["<script>alert(1)</script>", "b & c", "客户"],
        "experts": [
            {"name": "<b>", "matrix": [[1, 9, "1/9"], [None, 1, 9], [None, None, 1]]},
            {"name": "y", "matrix": [[1, 2, 3], [None, 1, 2], [None, None, None]]},
        ],
        "children": {"客户": leaf("x", "y")},
    }
    found = evaluate(document(model, "test").model)
    html = found._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html
    assert "共识度" in html
    assert "“b &amp; c”对“客户”：从 2（y）到 9（&lt;b&gt;）" in html
    assert "Weights under the goal" in found.html("en")
    assert "src=" not in html
    assert html.count("<svg") == html.count("</svg>") == 3
