"""Clients come range by range: what is learnt from all of them gives each the stages that all together would."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from client_months import Life, calendar, clients_of, months_from, panel_of
from zhike.models.lifecycle import Begun, begun, changes, history, learnt, stage_table

MONTHS = months_from(2024, 1, 24)
AS_OF = MONTHS[-1].replace(day=20)
DAYS = calendar(MONTHS)


def lives() -> dict[str, Life]:
    """Return sixty clients of different pace, some of whom bring or take money, fall silent, or look in without trading."""
    dice, made = np.random.default_rng(8), {}
    for k in range(60):
        days = dice.poisson(dice.gamma(3.0, 2.0), 24)
        days[18:] = days[18:] if k % 5 else 0
        flow = np.zeros(24)
        flow[dice.integers(3, 24)] = dice.choice([-60_000.0, 80_000.0])
        net = np.maximum(100_000.0 + np.cumsum(flow), 500.0)
        logins = dice.poisson(6.0, 24) if k % 3 else np.zeros(24)
        made[f"C{k:02}"] = Life(
            net=net.tolist(),
            flow=flow.tolist(),
            trading_days=days.tolist(),
            login_days=logins.astype(int).tolist(),
        )
    return made


LIVES = lives()
PANEL, CLIENTS = panel_of(LIVES, MONTHS), clients_of(LIVES)
LOGIC = pa.table({"client_id": list(LIVES), "logic": [("value", "trend", "mixed")[k % 3] for k in range(60)]})


def only(rows: pa.Table, clients: list[str]) -> pa.Table:
    return rows.filter(pc.is_in(rows["client_id"], value_set=pa.array(clients)))


def test_ranges_of_clients_have_the_stages_and_the_sentences_of_all_together() -> None:
    whole = history(PANEL, CLIENTS, DAYS, AS_OF, logic=LOGIC)
    parts = np.array_split(list(LIVES), 7)
    told = [begun(only(PANEL, p.tolist()), only(CLIENTS, p.tolist()), AS_OF) for p in parts]
    since = Begun.of(b for b, _ in told)
    assert sorted(c for _, people in told for c in people) == list(whole.clients)
    likes = pickle.loads(pickle.dumps(learnt(PANEL, CLIENTS, DAYS, AS_OF, logic=LOGIC, since=since)))
    tables, turned = [], []
    for part in parts:
        own = (only(rows, part.tolist()) for rows in (PANEL, CLIENTS, LOGIC))
        panel, client, logic = own
        found = history(panel, client, DAYS, AS_OF, logic=logic, since=since, likes=likes)
        tables.append(stage_table(found, AS_OF))
        turned.append(changes(found))
    assert pa.concat_tables(tables).equals(stage_table(whole, AS_OF))
    assert pa.concat_tables(turned).equals(changes(whole))
    assert len(set(stage_table(whole, AS_OF)["stage"].to_pylist())) == 3


def test_a_range_whose_clients_begin_later_begins_with_the_others() -> None:
    late = {"late": Life(from_month=6), **{f"C{k:02}": Life() for k in range(12)}}
    panel, client = panel_of(late, MONTHS), clients_of(late)
    parts = [["late"], [c for c in late if c != "late"]]
    since = Begun.of(begun(only(panel, p), only(client, p), AS_OF)[0] for p in parts)
    likes = learnt(panel, client, DAYS, AS_OF, since=since)
    found = history(only(panel, ["late"]), only(client, ["late"]), DAYS, AS_OF, since=since, likes=likes)
    assert found.stage.shape == (1, 24)
    whole = history(panel, client, DAYS, AS_OF)
    assert found.stage[0].tolist() == whole.stage[whole.clients.index("late")].tolist()


def test_what_is_learnt_from_like_clients_does_not_grow_with_them() -> None:
    some = list(LIVES)[:30]
    sizes = [
        len(pickle.dumps(learnt(only(PANEL, c), only(CLIENTS, c), DAYS, AS_OF, logic=only(LOGIC, c))))
        for c in (some, list(LIVES))
    ]
    assert sizes[0] == sizes[1]
