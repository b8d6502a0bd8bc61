from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from zhike_desk.records.book.compared import COMPARED, NEEDED
from zhike_desk.records.rows import ties


def _rows(values: list[float | None], logic: str = "value", decisions: float = 3.0) -> pa.Table:
    count = len(values)
    listed = pa.table({"branch_id": ["B"] * count, "kind": ["individual"] * count, "logic": [logic] * count})
    measures = pa.table(
        {"turnover_12m": pa.array(values, pa.float64()), "decisions_12m": pa.array([decisions] * count)}
    )
    return ties.behaviour(listed, measures)


def _told(*rows: pa.Table) -> dict[tuple[str, str], tuple[float, float, float, int]]:
    found = [row for piece in ties.peers(rows) for row in piece.to_pylist()]
    return {(r["logic"], r["measure"]): (r["p25"], r["p50"], r["p75"], r["clients"]) for r in found}


def test_quartiles_of_one_to_twenty_one_are_six_eleven_and_sixteen() -> None:
    told = _told(_rows([float(n) for n in range(1, 22)]))
    assert told[("value", "turnover_12m")] == (6.0, 11.0, 16.0, 21)
    assert told[("", "turnover_12m")] == (6.0, 11.0, 16.0, 21)
    assert {measure for _, measure in told} == {"turnover_12m"}


def test_fewer_than_twenty_known_tell_nothing() -> None:
    assert _told(_rows([1.0] * 19)) == {}
    assert _told(_rows([1.0] * 19 + [None])) == {}
    assert _told() == {}


def test_two_logics_are_two_groups_and_one_together() -> None:
    told = _told(_rows([1.0] * 20), _rows([3.0] * 20, "trend"))
    assert told[("value", "turnover_12m")][1] == 1.0
    assert told[("trend", "turnover_12m")][1] == 3.0
    assert told[("", "turnover_12m")] == (1.0, 2.0, 3.0, 40)


def test_who_took_no_decision_is_nobodys_peer_and_an_unknown_logic_is_no_group() -> None:
    assert _told(_rows([1.0] * 30, decisions=0.0)) == {}
    assert set(_told(_rows([1.0] * 20, "insufficient"))) == {("", "turnover_12m")}


def test_a_shrunk_measure_counts_only_where_it_was_observed() -> None:
    count = 25
    listed = pa.table(
        {"branch_id": ["B"] * count, "kind": ["individual"] * count, "logic": ["value"] * count}
    )
    measures = pa.table(
        {
            "win_rate_drawn_12m": pa.array([0.5] * count),
            "win_rate_12m": pa.array([0.6] * 20 + [None] * 5),
            "decisions_12m": pa.array([1.0] * count),
        }
    )
    assert _told(ties.behaviour(listed, measures))[("value", "win_rate_drawn_12m")][3] == 20


def test_every_measure_compared_has_a_name_in_two_languages() -> None:
    from zhike.features.clients import MEASURES

    labels = {name: measure.label for name, measure in MEASURES.items()}
    assert all(labels[name].zh and labels[name].en for name in COMPARED)


class _Store:
    def stored(self, table: str, columns: tuple[str, ...]) -> pa.Table:
        if table == "party_link":
            return pa.table({"client_id": ["1"], "other_id": ["2"], "kind": ["controller"]})
        return pa.table({"client_id": ["3", "4"], "referrer_id": pa.array(["1", None], pa.string())})


def test_a_link_is_told_from_both_sides_and_who_referred_is_one() -> None:
    rows = [row for piece in ties.links(_Store()) for row in piece.to_pylist()]  # type: ignore[arg-type]
    told = {(r["client_id"], r["other_id"], r["kind"], r["starts"]) for r in rows}
    assert told == {
        ("1", "2", "controller", True),
        ("2", "1", "controller", False),
        ("3", "1", "referral", True),
        ("1", "3", "referral", False),
    }


@pytest.mark.parametrize("name", COMPARED)
def test_what_is_compared_is_a_measure_of_the_core(name: str) -> None:
    from zhike.features.clients import MEASURES

    assert name in MEASURES


def test_a_piece_of_the_branch_brings_every_measure_that_quartiles_are_counted_from(desk: Path) -> None:
    from zhike.datacentre.generation import Generation
    from zhike_desk.records.rows.clients import Piece
    from zhike_desk.records.rows.source import Source

    generation = Generation.latest(desk)
    assert generation is not None
    source = Source(desk, generation)
    piece = Piece.of(source, next(iter(source.pieces())))
    assert set(NEEDED) <= set(piece.measures.column_names)
