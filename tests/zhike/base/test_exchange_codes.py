from decimal import Decimal

import pytest

from zhike.base.exchange import (
    BOARDS,
    KINDS,
    board_of,
    code_families,
    family_of,
    kind_of,
    market_of,
    multiplier,
    security_id,
)

# bare code -> its one way of writing, kind, board; at least one code of every family that is decided
FAMILIES = [
    ("600000", "600000.SH", "stock", "main"),
    ("601318", "601318.SH", "stock", "main"),
    ("603259", "603259.SH", "stock", "main"),
    ("605117", "605117.SH", "stock", "main"),
    ("688981", "688981.SH", "stock", "star"),
    ("689009", "689009.SH", "stock", "star"),
    ("900901", "900901.SH", "stock", "b_share"),
    ("000001", "000001.SZ", "stock", "main"),
    ("001979", "001979.SZ", "stock", "main"),
    ("002304", "002304.SZ", "stock", "main"),
    ("003816", "003816.SZ", "stock", "main"),
    ("300750", "300750.SZ", "stock", "chinext"),
    ("301269", "301269.SZ", "stock", "chinext"),
    ("302132", "302132.SZ", "stock", "chinext"),
    ("200002", "200002.SZ", "stock", "b_share"),
    ("201872", "201872.SZ", "stock", "b_share"),
    ("920001", "920001.BJ", "stock", "bse"),
    ("430047", "430047.BJ", "stock", "bse"),
    ("830799", "830799.BJ", "stock", "bse"),
    ("871981", "871981.BJ", "stock", "bse"),
    ("400008", "400008.BJ", "stock", "neeq"),
    ("420008", "420008.BJ", "stock", "neeq"),
    ("810001", "810001.BJ", "convertible", "bse"),
    ("820001", "820001.BJ", "other", None),
    ("889001", "889001.BJ", "other", None),
    ("899050", "899050.BJ", "index", None),
    ("510310", "510310.SH", "etf", None),
    ("511030", "511030.SH", "etf", None),
    ("513050", "513050.SH", "etf", None),
    ("520500", "520500.SH", "etf", None),
    ("530000", "530000.SH", "etf", None),
    ("551000", "551000.SH", "etf", None),
    ("560010", "560010.SH", "etf", None),
    ("588000", "588000.SH", "etf", "star"),
    ("589000", "589000.SH", "etf", "star"),
    ("500056", "500056.SH", "fund", None),
    ("501018", "501018.SH", "fund", None),
    ("506000", "506000.SH", "fund", "star"),
    ("508000", "508000.SH", "fund", None),
    ("519888", "519888.SH", "fund", None),
    ("550001", "550001.SH", "fund", None),
    ("522888", "522888.SH", "other", None),
    ("580989", "580989.SH", "other", None),
    ("159938", "159938.SZ", "etf", None),
    ("150019", "150019.SZ", "fund", None),
    ("163402", "163402.SZ", "fund", None),
    ("180101", "180101.SZ", "fund", None),
    ("110059", "110059.SH", "convertible", "main"),
    ("111001", "111001.SH", "convertible", "main"),
    ("113052", "113052.SH", "convertible", "main"),
    ("118000", "118000.SH", "convertible", "star"),
    ("132018", "132018.SH", "convertible", None),
    ("123001", "123001.SZ", "convertible", "chinext"),
    ("125488", "125488.SZ", "convertible", "main"),
    ("127012", "127012.SZ", "convertible", "main"),
    ("128233", "128233.SZ", "convertible", "main"),
    ("009908", "009908.SH", "bond", None),
    ("010107", "010107.SH", "bond", None),
    ("018003", "018003.SH", "bond", None),
    ("019547", "019547.SH", "bond", None),
    ("020555", "020555.SH", "bond", None),
    ("122000", "122000.SH", "bond", None),
    ("136000", "136000.SH", "bond", None),
    ("240001", "240001.SH", "bond", None),
    ("231001", "231001.SH", "bond", None),
    ("102001", "102001.SZ", "bond", None),
    ("108604", "108604.SZ", "bond", None),
    ("112001", "112001.SZ", "bond", None),
    ("149001", "149001.SZ", "bond", None),
    ("204001", "204001.SH", "repo", None),
    ("201001", "201001.SH", "repo", None),
    ("203001", "203001.SH", "repo", None),
    ("205001", "205001.SH", "repo", None),
    ("131810", "131810.SZ", "repo", None),
    ("131900", "131900.SZ", "repo", None),
    ("395001", "395001.SZ", "index", None),
    ("399001", "399001.SZ", "index", None),
    ("031007", "031007.SZ", "other", None),
    ("072988", "072988.SZ", "other", None),
    ("073001", "073001.SZ", "other", None),
    ("080002", "080002.SZ", "other", None),
    ("280002", "280002.SZ", "other", None),
    ("370001", "370001.SZ", "other", None),
    ("371001", "371001.SZ", "other", None),
    ("380001", "380001.SZ", "other", None),
    ("090107", "090107.SH", "other", None),
    ("190059", "190059.SH", "other", None),
    ("330001", "330001.SH", "other", None),
    ("730000", "730000.SH", "other", None),
    ("732259", "732259.SH", "other", None),
    ("700000", "700000.SH", "other", None),
    ("754052", "754052.SH", "other", None),
    ("787981", "787981.SH", "other", None),
    ("799999", "799999.SH", "other", None),
    ("888880", "888880.SH", "other", None),
    ("938901", "938901.SH", "other", None),
    ("00700", "00700.HK", "stock", "hk"),
    ("02800", "02800.HK", "etf", "hk"),
]


@pytest.mark.parametrize(("bare", "written", "kind", "board"), FAMILIES)
def test_a_bare_code_of_a_decided_family_gets_its_exchange_kind_and_board(
    bare: str, written: str, kind: str, board: str | None
) -> None:
    assert (security_id(bare), kind_of(bare), board_of(bare)) == (written, kind, board)
    assert (kind_of(written), board_of(written)) == (kind, board)


def test_every_market_kind_and_board_that_a_bare_code_decides_has_an_example_above() -> None:
    seen = {
        (family.market, family.prefix) for family in map(family_of, (row[1] for row in FAMILIES)) if family
    }
    kinds = {(f.market, f.kind, f.board) for f in code_families() if f.bare}
    assert kinds <= {(f.market, f.kind, f.board) for f in code_families() if (f.market, f.prefix) in seen}


@pytest.mark.parametrize(
    "written",
    [
        *("600000.SH", "600000.sh", "600000.SS", "600000.XSHG", " 600000 "),
        *("sh600000", "SH600000", "SH.600000", "sh_600000", "SHSE.600000"),
        *("６０００００", "600000．SH"),
    ],
)
def test_every_way_of_writing_a_code_comes_to_one(written: str) -> None:
    assert security_id(written) == "600000.SH"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("000001.XSHE", "000001.SZ"),
        ("SZSE.000001", "000001.SZ"),
        ("sz000001", "000001.SZ"),
        ("bj430047", "430047.BJ"),
        ("00700.HK", "00700.HK"),
        ("700.HK", "00700.HK"),
        ("hk00700", "00700.HK"),
        ("00700.XHKG", "00700.HK"),
        ("80700.HK", "80700.HK"),
    ],
)
def test_shenzhen_beijing_and_hong_kong_are_written_their_one_way(written: str, expected: str) -> None:
    assert security_id(written) == expected


def test_000001_is_a_share_when_bare_and_an_index_when_it_says_shanghai() -> None:
    assert security_id("000001") == "000001.SZ"
    assert kind_of("000001") == "stock"
    assert security_id("sh000001") == "000001.SH"
    assert kind_of("000001.SH") == "index"


@pytest.mark.parametrize(
    "bare", ["101001", "109001", "114001", "115001", "124001", "126002", "184688", "360001"]
)
def test_a_code_that_two_exchanges_use_stays_undecided(bare: str) -> None:
    assert security_id(bare) is None


def test_an_undecided_code_still_has_a_kind_where_both_exchanges_agree() -> None:
    assert kind_of("101001") == "bond"
    assert kind_of("126002") is None  # a bond in Shanghai, a convertible in Shenzhen
    assert board_of("101001") is None


@pytest.mark.parametrize(
    "text", ["", "  ", "1", "2304", "72988", "80700", "6000000", "600000.XX", "AAPL", "1.SZ", "60000O"]
)
def test_what_is_no_code_or_lost_its_zeros_is_none(text: str) -> None:
    assert security_id(text) is None
    assert kind_of(text) is None


def test_foreign_tickers_stay_as_written_only_when_asked_for() -> None:
    assert security_id("3NGL") is None
    assert security_id(" 3NGL ", foreign=True) == "3NGL"
    assert security_id("brk.b", foreign=True) == "brk.b"
    assert security_id("600000", foreign=True) == "600000.SH"
    assert security_id("101001", foreign=True) is None
    assert security_id("", foreign=True) is None


def test_a_written_exchange_is_believed_but_gives_no_kind_it_does_not_have() -> None:
    assert security_id("600000.SZ") == "600000.SZ"
    assert kind_of("600000.SZ") is None
    assert board_of("600000.SZ") is None


def test_the_market_is_read_from_the_suffix() -> None:
    assert [market_of(code) for code in ("600000.SH", "00700.HK", "AAPL", "x.US")] == ["SH", "HK", None, None]


def test_no_prefix_stands_twice_and_no_bare_prefix_belongs_to_two_exchanges() -> None:
    families = code_families()
    assert len({(f.market, f.prefix) for f in families}) == len(families)
    bare = [f.prefix for f in families if f.bare]
    assert len(set(bare)) == len(bare)
    assert {f.kind for f in families} <= set(KINDS)
    assert {f.board for f in families} <= {*BOARDS, None}


def test_the_unit_of_a_quantity_decides_what_an_amount_may_be() -> None:
    one = (Decimal(1),)
    assert (multiplier("stock", "main"), multiplier("etf"), multiplier("fund")) == (one, one, one)
    assert multiplier("bond") == multiplier("convertible")
    of_units, of_lots = multiplier("convertible")
    assert Decimal("116.25") * 10 * of_units == Decimal("1162.5")
    assert Decimal("116.25") * 1 * of_lots == Decimal("1162.5")


@pytest.mark.parametrize("kind", ["repo", "index", "other", None])
def test_what_has_no_price_times_quantity_is_not_checked(kind: str | None) -> None:
    assert multiplier(kind) == ()
