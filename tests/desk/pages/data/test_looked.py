"""What the page of an upload says of each file, of what is unsure, and what it proposes as a mapping."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import translation

from zhike.datacentre.mapping.overrides import parse_overrides
from zhike.datacentre.tables import TABLES
from zhike_desk.pages.data import picking, uploads, views
from zhike_desk.records.refusals import Refused

FILE: dict[str, Any] = {
    "file": "a.csv", "table": "trade", "kind": "csv", "encoding": "gb18030", "rejected": None,
    "lines": 9, "accepted": 5, "quarantined": 3, "other": 1,
    "columns": {"成交价": "price", "备注": None}, "unsure": ["方向", "备注"], "proposals": {"方向": ["side", "kind"]},
}  # fmt: skip
COLUMNS = ["client_id", "price", "quantity", "flag_of_theirs"]
SAMPLES = [
    {"file": "a.csv", "table": "trade", "columns": COLUMNS, "rows": [[2, ["001.50", "11.51000000", "700.0000", "1.50"]]]},
    {"file": "a.csv", "table": "trade", "columns": COLUMNS, "rows": []},
    {"file": "b.csv", "table": "trade", "columns": COLUMNS, "rows": [[2, ["y", "", "-0.50", ""]]]},
]  # fmt: skip


def test_a_file_is_told_as_it_was_looked_at() -> None:
    assert uploads._looked(FILE, SAMPLES) == uploads.Looked(
        file="a.csv", table="trade", form="csv · gb18030", lines=9, accepted=5, quarantined=3, other=1,
        columns=[("成交价", "price"), ("备注", "")], unsure=[("方向", "side、kind"), ("备注", "")],
        rejected="", samples=[uploads._sample(SAMPLES[0])],
    )  # fmt: skip


def test_figures_are_told_apart_and_lose_the_noughts_their_type_has_room_for() -> None:
    with translation.override("en"):
        found = uploads._sample(SAMPLES[0])
    assert [(name, bool(meaning), figure) for name, meaning, figure in found.columns] == [
        ("client_id", True, False),
        ("price", True, True),
        ("quantity", True, True),
        ("flag_of_theirs", False, False),
    ]
    assert found.rows == [(2, [("001.50", False), ("11.51", True), ("700", True), ("1.50", False)])]
    assert uploads._sample(SAMPLES[2]).rows == [(2, [("y", False), ("", True), ("-0.5", True), ("", False)])]


def test_a_rejected_file_says_why_in_the_language_of_the_request() -> None:
    file = {**FILE, "table": None, "encoding": "", "rejected": {"zh": "打不开", "en": "can't be opened"}}
    with translation.override("zh-hans"):
        found = uploads._looked(file, [])
        assert (found.table, found.form, found.rejected, found.samples) == ("", "csv", "打不开", [])
    with translation.override("en"):
        assert uploads._looked(file, []).rejected == "can't be opened"
    assert uploads._looked({k: v for k, v in FILE.items() if k not in ("table", "rejected", "kind")}, []) == (
        uploads.Looked("a.csv", "", "gb18030", 9, 5, 3, 1, [("成交价", "price"), ("备注", "")], [("方向", "side、kind"), ("备注", "")], "", [])
    )  # fmt: skip


def test_a_mapping_to_begin_with_names_what_is_unsure_of_each_file_whose_table_is_known() -> None:
    sure, unknown = {**FILE, "unsure": []}, {**FILE, "table": None}
    other = {**FILE, "table": "holding", "unsure": ["数量"], "proposals": {}}
    assert uploads._suggested({"files": [sure, unknown, FILE, other]}) == (
        '[trade.columns]\n# "方向" = "side"\n# "备注" = ""\n[holding.columns]\n# "数量" = ""'
    )
    assert uploads._suggested({}) == ""
    assert uploads._suggested({"files": [{k: v for k, v in FILE.items() if k != "table"}]}) == ""


def test_what_is_asked_of_findings_is_a_drop_and_a_severity_there_is() -> None:
    def asked(query: str) -> tuple[str, str]:
        return views._asked(RequestFactory().get(f"/data/findings/?{query}"))

    assert asked("drop=%2012%20&severity=error") == ("12", "error")
    assert asked("") == ("", "")
    assert asked("severity=fatal") == ("", "")
    assert asked(f"drop={'7' * 50}&severity=info") == ("7" * 40, "info")


def test_findings_are_told_in_the_language_of_the_request() -> None:
    for language, word in (("zh-hans", "zh"), ("en", "en")):
        with translation.override(language):
            assert views.language() == word


def test_an_unsure_column_is_chosen_from_those_of_its_table() -> None:
    twice = {**FILE, "file": "b.csv"}
    unused = {**FILE, "file": "c.csv", "unsure": [], "columns": {"成交价": "price", "摘要": None}}
    found = picking.picks([FILE, twice, {**FILE, "table": None}, unused])
    assert [(p.file, p.source, p.guesses) for p in found] == [
        ("a.csv", "方向", "side、kind"),
        ("a.csv", "备注", ""),
        ("c.csv", "摘要", ""),
    ]
    values = [value for value, _ in found[0].options]
    assert values[0] == "trade//方向"
    assert values[1:] == [f"trade/{name}/方向" for name in TABLES["trade"].names]
    assert all(words.isprintable() and len(words) < 80 for _, words in found[0].options)


def test_what_was_chosen_is_written_below_its_section_and_all_else_stays() -> None:
    text = '# ours\n[trade.columns]\n"成交价" = "price"\n[trade.flag]\n"证券买入" = "buy"'
    chosen = ["trade/side/方向", "", "trade//备注", 'holding/quantity/数量 "股"/手']
    done = picking.mapped(text, chosen)
    assert done.startswith("# ours\n")
    assert tomllib.loads(done) == {
        "trade": {
            "columns": {"方向": "side", "备注": "", "成交价": "price"},
            "flag": {"证券买入": "buy"},
        },
        "holding": {"columns": {'数量 "股"/手': "quantity"}},
    }
    assert parse_overrides(done).tables["trade"].columns == {"方向": "side", "备注": None, "成交价": "price"}
    assert picking.mapped("", []) == ""
    for bad in ("nothing/side/方向", "trade/nothing/方向", "trade/side", "trade/side/"):
        with pytest.raises(Refused):
            picking.mapped("", [bad])
