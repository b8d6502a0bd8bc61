"""Header rows of real brokers, clients and vendors, against answers labelled by hand.

In more_headers.json the aliases were written with half "a" in view; "b" and "c" were measured before any
alias was added for them. Each headers_*.json was labelled and measured before it was learnt from
(docs/methods/mapping.md has the figures); "how" tells rows of public sources from those of trade knowledge.
"""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from zhike.datacentre.mapping import Recognition, recognise
from zhike.datacentre.tables import TABLES

HERE = Path(__file__).parent
Labelled = tuple[list[str], str, dict[str, Any]]


@dataclass
class Score:
    homes: int = 0
    right: int = 0
    columns: int = 0
    asked: int = 0
    wrong: list[str] = field(default_factory=list)
    misread: list[str] = field(default_factory=list)

    def add(self, header: list[str], path: str, answer: dict[str, Any]) -> None:
        found = recognise(header, [], path)
        if (found.kind, found.table) != (answer["kind"], answer["table"]):
            self.misread.append(f"{header}: {found.kind}/{found.table}, not {answer['kind']}")
        for name, wanted in answer["columns"].items():
            got = found.columns[name]
            self.homes += wanted is not None
            self.right += wanted is not None and got == wanted
            if got is not None and got != wanted:
                self.wrong.append(f"{name} in {header}: {got}, not {wanted}")
        self.columns += len(header)
        self.asked += len(found.unsure)


def score(cases: list[Labelled]) -> Score:
    total = Score()
    for header, path, answer in cases:
        total.add(header, path, answer)
    return total


def given(real_data: Path) -> list[Labelled]:
    headers = json.loads((real_data / "statements" / "headers.json").read_text(encoding="utf-8"))
    answers = json.loads((HERE / "answers.json").read_text(encoding="utf-8"))
    return [(h["columns"], "export.xls", a) for h, a in zip(headers, answers, strict=True)]


def others() -> list[Labelled]:
    cases = json.loads((HERE / "more_headers.json").read_text(encoding="utf-8"))
    return [(c["header"], c.get("path", "export.csv"), c) for c in cases]


def rounds() -> list[Path]:
    return sorted(HERE.glob("headers_*.json"))


def labelled(path: Path) -> list[Labelled]:
    cases = json.loads(path.read_text(encoding="utf-8"))
    return [(list(c["columns"]), c.get("path", "export.csv"), c) for c in cases]


def all_others() -> list[Labelled]:
    return others() + [case for path in rounds() for case in labelled(path)]


def assert_good(total: Score) -> None:
    assert total.misread == []
    assert total.wrong == []
    assert total.right >= 0.98 * total.homes
    assert total.asked <= 0.03 * total.columns


def test_the_given_34_headers_are_recognised_and_mapped(real_data: Path) -> None:
    cases = given(real_data)
    assert len(cases) == 34
    assert_good(score(cases))


def test_headers_of_other_brokers_and_vendors_are_recognised_and_mapped() -> None:
    cases = others()
    assert len(cases) >= 40
    assert {a["kind"] for _, _, a in cases} >= {
        "statement", "order", "holding", "cash", "transfer", "quote", "index", "contract",
    }  # fmt: skip
    assert_good(score(cases))


@pytest.mark.parametrize("path", rounds(), ids=lambda p: p.stem)
def test_each_round_of_unseen_headers_is_recognised_and_mapped(path: Path) -> None:
    cases = labelled(path)
    assert len(cases) >= 29
    assert {a["how"] for _, _, a in cases} <= {"public source", "trade knowledge"}
    total = score(cases)
    assert total.misread == []
    assert total.wrong == []
    assert total.right >= 0.98 * total.homes


def test_labels_name_columns_of_their_table() -> None:
    for header, _, answer in all_others():
        homes = {c for c in answer["columns"].values() if c}
        known = set(TABLES[answer["table"]].names) if answer["table"] else set()
        assert homes <= known, header


def test_labels_give_each_canonical_column_once() -> None:
    for header, _, answer in all_others():
        used = [c for c in answer["columns"].values() if c]
        assert len(used) == len(set(used)), header


def same_but_order(first: Recognition, second: Recognition) -> bool:
    return (
        (first.kind, first.table, first.confidence) == (second.kind, second.table, second.confidence)
        and first.columns == second.columns
        and set(first.unsure) == set(second.unsure)
    )


def test_the_order_of_columns_changes_nothing() -> None:
    shuffler = random.Random(20250331)
    for header, path, _ in all_others():
        mixed = header[:]
        shuffler.shuffle(mixed)
        assert same_but_order(recognise(header, [], path), recognise(mixed, [], path)), header


def test_a_column_nobody_knows_changes_nothing_else() -> None:
    for header, path, _ in all_others():
        before, after = recognise(header, [], path), recognise([*header, "咕咚"], [], path)
        assert (after.kind, after.table) == (before.kind, before.table)
        assert {**after.columns} == {**before.columns, "咕咚": None}
        assert after.unsure == before.unsure


def test_width_case_quotes_and_spaces_of_names_change_nothing() -> None:
    for header, path, _ in all_others():
        dressed = [f'="{name.upper()}　"' if name else "" for name in header]
        plain, other = recognise(header, [], path), recognise(dressed, [], path)
        assert (plain.kind, plain.targets) == (other.kind, other.targets)


@pytest.mark.parametrize(
    "header",
    [
        ["id", "name", "value"],
        ["日期", "金额", "备注"],
        ["城市", "区域", "户型", "成交价（万元）", "成交日期"],
        ["订单号", "下单时间", "客户姓名", "电话", "商品名称", "数量", "金额"],
        ["商品名称", "商品编码", "成本价", "售价", "库存"],
        ["日期", "最高气温", "最低气温"],
        ["a", "b", "c"],
        [""],
        [],
    ],
)
def test_a_file_that_is_not_ours_is_unknown_and_nothing_is_mapped(header: list[str]) -> None:
    found = recognise(header, [], "data.csv")
    assert (found.kind, found.table) == ("unknown", None)
    assert set(found.targets) <= {None}
    assert found.unsure == ()
