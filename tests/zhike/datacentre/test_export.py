"""Exports: what leaves the house is exact, sorted, masked, and never a live formula."""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

import published
from small_drops import CLIENTS, FIRST, SETTINGS, take_in
from zhike.base.errors import DamagedStore, UsageError
from zhike.datacentre.export import export
from zhike.datacentre.plain import plain
from zhike.datacentre.spreadsheets import csv_bytes, refuse_too_many, write_xlsx
from zhike.datacentre.store import manifest as manifests
from zhike.datacentre.store.house import Store

LIVE = "=+-@\t\r\n＝＋－＠"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    take_in(folder / "home", folder / "d1")
    return folder / "home"


def written(home: Path, table: str, target: Path, *, unmasked: bool = False) -> Path:
    form = target.suffix.lstrip(".")
    return export(home, table, form, target, SETTINGS, unmasked=unmasked).path


def test_a_csv_export_is_utf_8_with_bom_and_plain_decimals(home: Path, tmp_path: Path) -> None:
    content = written(home, "asset", tmp_path / "asset.csv").read_bytes()
    assert content == (
        b"\xef\xbb\xbfdate,client_id,cash,securities,funds,debt,net\r\n"
        b"2025-03-31,A,100,1000,0,50,1050\r\n"
        b"2025-03-31,B,0.5,0,0,0,0.5\r\n"
    )


def test_a_formula_in_a_text_column_gets_an_apostrophe_and_numbers_are_untouched(
    home: Path, tmp_path: Path
) -> None:
    text = written(home, "trade", tmp_path / "trade.csv").read_text("utf-8-sig")
    rows = {r["trade_id"]: r for r in csv.DictReader(io.StringIO(text))}
    assert sorted(rows) == ["T1", "T2"]
    assert rows["T2"]["flag"] == "'=1+1"
    assert (rows["T2"]["quantity"], rows["T2"]["price"]) == ("200", "10.5")


def test_a_workbook_holds_no_formula_and_numbers_as_numbers(home: Path, tmp_path: Path) -> None:
    path = written(home, "trade", tmp_path / "trade.xlsx")
    header, first, second = openpyxl.load_workbook(path)["trade"].iter_rows(values_only=True)
    row = dict(zip(header, second, strict=True))
    assert (row["trade_id"], row["flag"], row["price"]) == ("T2", "=1+1", 10.5)
    assert row["date"] == datetime(2025, 4, 1)
    assert first[0] == "T1"
    with zipfile.ZipFile(path) as book:
        assert b"<f>" not in b"".join(book.read(name) for name in book.namelist())


def test_a_parquet_export_has_the_types_of_the_contract(home: Path, tmp_path: Path) -> None:
    rows = pq.read_table(written(home, "asset", tmp_path / "asset.parquet"))
    assert rows.schema.field("net").type == pa.decimal128(18, 4)
    assert rows.to_pylist()[0] == {
        "date": date(2025, 3, 31), "client_id": "A", "cash": 100, "securities": 1000, "funds": 0, "debt": 50, "net": 1050,
    }  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_two_exports_of_one_state_are_equal_to_the_byte(home: Path, tmp_path: Path, form: str) -> None:
    first = written(home, "trade", tmp_path / f"one.{form}").read_bytes()
    assert written(home, "trade", tmp_path / f"two.{form}").read_bytes() == first


def test_a_workbook_does_not_say_when_it_was_made(home: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(written(home, "trade", tmp_path / "trade.xlsx")) as book:
        assert b">1980-01-01T00:00:00Z</dcterms:created>" in book.read("docProps/core.xml")


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_names_and_phones_are_masked_unless_asked_for(home: Path, tmp_path: Path, form: str) -> None:
    def content(path: Path) -> str:
        if form == "csv":
            return path.read_text("utf-8-sig")
        if form == "parquet":
            return str(pq.read_table(path).to_pylist())
        return str(list(openpyxl.load_workbook(path)["client"].iter_rows(values_only=True)))

    masked = content(written(home, "client", tmp_path / f"m.{form}"))
    assert "张**" in masked
    assert "*********01" in masked
    assert not re.search("张三丰|李四|1380000000", masked)
    bare = content(written(home, "client", tmp_path / f"u.{form}", unmasked=True))
    assert "张三丰" in bare
    assert "13800000001" in bare


def test_rows_of_frozen_clients_stay_in_the_house(tmp_path: Path) -> None:
    frozen = (
        CLIENTS.replace("phone\n", "phone,frozen\n")
        .replace("0002\n", "0002,true\n")
        .replace("0001\n", "0001,\n")
    )
    take_in(tmp_path / "home", tmp_path / "d", {**FIRST, "client.csv": frozen})
    done = export(tmp_path / "home", "trade", "csv", tmp_path / "t.csv", SETTINGS)
    assert (done.rows, done.withheld) == (1, 1)
    assert "T2" not in (tmp_path / "t.csv").read_text("utf-8")
    clients = export(tmp_path / "home", "client", "csv", tmp_path / "c.csv", SETTINGS)
    assert (clients.rows, clients.withheld) == (1, 1)


def test_an_exported_csv_taken_in_elsewhere_is_the_same_table(home: Path, tmp_path: Path) -> None:
    names = ("client", "trade", "asset")
    out = {
        f"{n}.csv": written(home, n, tmp_path / f"{n}.csv", unmasked=True).read_text("utf-8") for n in names
    }
    out["trade.csv"] = out["trade.csv"].replace("'=1+1", "=1+1")
    take_in(tmp_path / "again", tmp_path / "d", out)
    for name in names:
        first, again = (
            pq.read_table(written(h, name, tmp_path / f"{h.name}-{name}.parquet"))
            for h in (home, tmp_path / "again")
        )
        assert first.equals(again)


def test_an_unknown_table_is_refused_with_the_nearest_name(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no table 'trad'(?s:.*)Did you mean 'trade'"):
        export(home, "trad", "csv", tmp_path / "x.csv")


def test_a_table_that_no_run_has_made_yet_is_refused_not_empty(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="comes from a run"):
        export(home, "churn", "csv", tmp_path / "x.csv")


def test_a_table_nobody_delivered_is_a_header_alone(home: Path, tmp_path: Path) -> None:
    assert (
        written(home, "login", tmp_path / "login.csv").read_bytes() == b"\xef\xbb\xbfdate,client_id,count\r\n"
    )


def test_a_folder_that_is_not_there_is_refused(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        export(home, "trade", "csv", tmp_path / "nowhere" / "x.csv")


def test_more_rows_than_a_sheet_holds_are_refused_before_anything_is_written(
    home: Path, tmp_path: Path
) -> None:
    refuse_too_many(1_048_575)
    with pytest.raises(UsageError, match="--format csv or parquet"):
        refuse_too_many(1_048_576)
    manifest = Store(home).manifest()
    part = replace(manifest.tables["asset"][0], live_rows=2_000_000)
    many = tmp_path / "many"
    many.mkdir()
    manifests.save(many, replace(manifest, tables={"asset": (part,)}))
    (many / "drops").symlink_to(home / "drops")
    with pytest.raises(UsageError, match="2,000,000"):
        export(many, "asset", "xlsx", tmp_path / "x.xlsx")
    assert not list(tmp_path.glob("*.xlsx*"))


def test_a_failed_export_leaves_the_older_file_as_it_was(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "asset.csv"
    target.write_text("older")
    other = tmp_path / "home"
    other.mkdir()
    manifests.save(other, Store(home).manifest())  # a state whose files aren't here
    with pytest.raises(DamagedStore, match="missing or has changed"):
        export(other, "asset", "csv", target)
    assert target.read_text() == "older"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["asset.csv"]


def test_a_flipped_bit_in_storage_is_never_exported(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home")
    stored = tmp_path / "home" / Store(home).manifest().live("asset")[0]
    content = bytearray(stored.read_bytes())
    content[40] ^= 1
    stored.write_bytes(content)
    with pytest.raises(DamagedStore, match="missing or has changed"):
        export(tmp_path / "home", "asset", "csv", tmp_path / "asset.csv", SETTINGS)
    assert not (tmp_path / "asset.csv").exists()


# Round trips.

anything = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
formulas = st.builds(str.__add__, st.sampled_from([*LIVE, "'"]), anything)
texts = st.lists(st.none() | anything | formulas, min_size=1, max_size=8)


@given(texts)
def test_a_csv_gives_back_every_text_when_one_apostrophe_is_taken_off(values: list[str | None]) -> None:
    schema = pa.schema([("text", pa.string()), ("row", pa.int64())])
    rows = pa.table([values, range(len(values))], schema=schema)
    content = b"".join(csv_bytes(schema, [rows]))
    header, *lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert header == ["text", "row"]
    cells = [cell for cell, _ in lines]
    assert [c.removeprefix("'") or None for c in cells] == values
    assert not any(c[:1] and c[0] in LIVE for c in cells)


in_xml = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)


@given(st.lists(in_xml | formulas.filter(lambda t: t.isprintable()), min_size=1, max_size=8))
@settings(max_examples=30)
def test_a_workbook_gives_back_every_text(
    tmp_path_factory: pytest.TempPathFactory, values: list[str]
) -> None:
    path = tmp_path_factory.mktemp("xlsx") / "x.xlsx"
    schema = pa.schema([("text", pa.string())])
    assert write_xlsx(path, "x", schema, [pa.table([values], schema=schema)]) == len(values)
    sheet = openpyxl.load_workbook(path)["x"]
    found = [(unescape(str(cell.value)), cell.data_type) for (cell,) in sheet.iter_rows(min_row=2)]
    assert [text for text, _ in found] == values
    assert {kind for _, kind in found} <= {"s", "inlineStr"}


money = st.integers(-(10**18) + 1, 10**18 - 1).map(lambda n: Decimal(n).scaleb(-4))
prices = st.integers(-(10**18) + 1, 10**18 - 1).map(lambda n: Decimal(n).scaleb(-8))


@given(
    st.lists(st.none() | money, min_size=1, max_size=6), st.lists(st.none() | prices, min_size=1, max_size=6)
)
def test_decimals_are_written_in_plain_digits(
    amounts: list[Decimal | None], rates: list[Decimal | None]
) -> None:
    for values, scale in ((amounts, 4), (rates, 8)):
        found = plain(pa.array(values, pa.decimal128(18, scale))).to_pylist()
        assert [None if f is None else Decimal(f) for f in found] == values
        assert all(re.fullmatch(r"-?\d+(\.\d*[1-9])?", f) for f in found if f is not None)


@given(st.lists(money, min_size=1, max_size=6))
@settings(max_examples=30)
def test_a_workbook_gives_back_every_amount_exactly(
    tmp_path_factory: pytest.TempPathFactory, values: list[Decimal]
) -> None:
    path = tmp_path_factory.mktemp("xlsx") / "x.xlsx"
    schema = pa.schema([("amount", pa.decimal128(18, 4))])
    write_xlsx(path, "x", schema, [pa.table([values], schema=schema)])
    cells = [c for (c,) in openpyxl.load_workbook(path)["x"].iter_rows(min_row=2, values_only=True)]
    assert [Decimal(str(c)).quantize(Decimal("0.0001")) for c in cells] == values


def test_dates_times_and_truths_are_written_as_people_write_them() -> None:
    assert plain(pa.array([time(9, 30), time(9, 30, 0, 120_000)], pa.time32("ms"))).to_pylist() == [
        "09:30:00",
        "09:30:00.120",
    ]
    assert plain(pa.array([datetime(2025, 3, 31, 15)], pa.timestamp("ms"))).to_pylist() == [
        "2025-03-31 15:00:00"
    ]
    assert plain(pa.array([True, None])).to_pylist() == ["true", None]
    assert plain(pa.array([1e-8, 2.0, float("nan")])).to_pylist() == ["0.00000001", "2", "nan"]


def test_what_a_workbook_cannot_hold_as_number_or_date_is_text(tmp_path: Path) -> None:
    schema = pa.schema([("n", pa.decimal128(18, 4)), ("d", pa.date32()), ("x", pa.float64())])
    rows = pa.table(
        [
            [Decimal("12345678901234.5678"), Decimal(1)],
            [date(1899, 12, 31), date(2025, 3, 31)],
            [float("inf"), 0.5],
        ],
        schema=schema,
    )
    write_xlsx(tmp_path / "x.xlsx", "x", schema, [rows])
    _, first, second = openpyxl.load_workbook(tmp_path / "x.xlsx")["x"].iter_rows(values_only=True)
    assert first == ("12345678901234.5678", "1899-12-31", "inf")
    assert second == (1, datetime(2025, 3, 31), 0.5)


def test_a_cell_longer_than_a_sheet_allows_is_refused_not_cut(tmp_path: Path) -> None:
    schema = pa.schema([("text", pa.string())])
    with pytest.raises(UsageError, match="32,767"):
        write_xlsx(tmp_path / "x.xlsx", "x", schema, [pa.table([["字" * 32_768]], schema=schema)])


# Published tables.


def put(home: Path, tmp_path: Path, *names: str) -> Path:
    """Copy the home, publish a small generation in it; B is frozen where `names` says so."""
    copy = Path(shutil.copytree(home, tmp_path / "published"))
    if "frozen" in names:
        take_in(copy, tmp_path / "frozen", {"client.csv": "client_id,kind,frozen\nB,individual,true\n"})
    published.publish(copy, client_card=published.cards())
    return copy


def test_a_published_table_is_exported_with_every_measure(home: Path, tmp_path: Path) -> None:
    content = written(put(home, tmp_path), "measure", tmp_path / "measure.csv").read_text("utf-8-sig")
    assert content.splitlines() == [
        "client_id,as_of,trades,turnover",
        "A,2025-04-30,3,1.5",
        "B,2025-04-30,,0.25",
    ]


def test_the_latest_generation_is_exported_unless_another_is_named(home: Path, tmp_path: Path) -> None:
    copy = put(home, tmp_path)
    first = published.publish(copy, client_card=published.cards()).generation
    second = published.publish(copy, date(2025, 5, 6)).generation
    latest = export(copy, "stage", "csv", tmp_path / "latest.csv", SETTINGS)
    older = export(copy, "stage", "csv", tmp_path / "older.csv", SETTINGS, generation=first.id[:6])
    assert (latest.generation, latest.as_of) == (second.id, date(2025, 5, 6))
    assert (older.generation, older.as_of) == (first.id, date(2025, 4, 30))
    assert "2025-04-30" in (tmp_path / "older.csv").read_text("utf-8")


def test_names_in_published_tables_are_masked_and_frozen_clients_stay_in(home: Path, tmp_path: Path) -> None:
    copy = put(home, tmp_path, "frozen")
    done = export(copy, "client_card", "csv", tmp_path / "card.csv", SETTINGS)
    text = (tmp_path / "card.csv").read_text("utf-8-sig")
    assert (done.rows, done.withheld, done.masked) == (1, 1, ("name", "phone"))
    assert "A,2025-04-30,individual,张**,*********01" in text
    assert "李" not in text
    assert export(copy, "stage", "xlsx", tmp_path / "stage.xlsx", SETTINGS).withheld == 1


def test_a_table_that_the_generation_has_not_is_refused_with_those_it_has(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no table 'churn'(?s:.*)isn't built(?s:.*)Its tables: measure"):
        export(put(home, tmp_path), "churn", "csv", tmp_path / "x.csv", SETTINGS)


def test_a_delivered_table_of_a_generation_and_a_ledger_table_are_refused(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"it is in no generation(?s:.*)Leave out --generation"):
        export(home, "trade", "csv", tmp_path / "x.csv", SETTINGS, generation="a")
    with pytest.raises(UsageError, match="is for the run itself"):
        export(home, "client_day", "csv", tmp_path / "x.csv", SETTINGS)


def test_a_changed_file_of_a_generation_is_not_exported(home: Path, tmp_path: Path) -> None:
    copy = put(home, tmp_path)
    (path,) = copy.glob("generations/*/stage/all.parquet")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(DamagedStore, match="SHA-256"):
        export(copy, "stage", "csv", tmp_path / "x.csv", SETTINGS)
    assert not (tmp_path / "x.csv").exists()
