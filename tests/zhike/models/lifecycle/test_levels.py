from __future__ import annotations

import numpy as np

from zhike.models.lifecycle.levels import like_medians, units


def test_units_move_with_flows_and_never_with_prices() -> None:
    net = np.array([[100.0, 50.0, 100.0, 60.0, 0.0, 30.0]])
    flow = np.array([[100.0, 0.0, 50.0, 0.0, -60.0, 30.0]])
    # halved by the market: 100; doubled by the client: 200; taken out: 0; begun anew with what was brought: 30
    assert units(net, flow, empty=1.0).tolist() == [[100.0, 100.0, 200.0, 200.0, 0.0, 30.0]]


def test_units_of_unknown_assets_are_unknown() -> None:
    assert np.isnan(units(np.array([[np.nan, np.nan]]), np.zeros((1, 2)), empty=1.0)).all()


def test_like_clients_are_the_group_else_the_branch_else_nobody() -> None:
    values = np.array([[1.0], [2.0], [9.0], [30.0], [40.0]])
    group = np.array([1, 1, 1, 2, 2])
    counted = np.array([[True], [True], [True], [True], [False]])
    # group 1 has three: median 2; group 2 has one counted: the branch's 1 2 9 30, median 5.5
    assert like_medians(values, counted, group, 3, least=3)[:, 0].tolist() == [5.5, 2.0, 5.5]
    assert np.isnan(like_medians(values, counted, group, 3, least=5)).all()
