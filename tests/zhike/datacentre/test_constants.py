"""The constants of a mapping: read as cells are, and refused with their place and a hint where no cell could be so."""

import pytest

from zhike.base.errors import UsageError
from zhike.datacentre.layering import parse_layer


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("[trade.constant]\nside = 'bye'\n", "[trade.constant] side", "Did you mean 'buy'?"),
        ("[trade.constant]\ndate = '20240230'\n", "[trade.constant] date", "Write dates like 2025-03-31"),
        ("[trade.constant]\ndate = '31/03/2025'\n", "[trade.constant] date", "Not a valid date."),
        ("[trade.constant]\ntime = '25:00'\n", "[trade.constant] time", "Not a valid time."),
        ("[trade.constant]\nprice = 'ten'\n", "[trade.constant] price", "Not a number."),
        ("[trade.constant]\nprice = '1,000'\n", "[trade.constant] price", "Not a number."),
        ("[trade.constant]\nquantity = -1\n", "[trade.constant] quantity", "It may be ≥ 0."),
        ("[trade.constant]\nclient_id = 1.5\n", "[trade.constant] client_id", "lost digits"),
        ("[trade.constant]\nsecurity_id = 1\n", "[trade.constant] security_id", "declare its width"),
        ("[trade.constant]\nclient_id = ''\n", "[trade.constant] client_id", "take the line out"),
        ("[trade.constant]\nflag = 'a\u202eb'\n", "[trade.constant] flag", "invisible"),
    ],
)
def test_a_constant_that_is_no_value_of_its_column_is_refused_with_its_place_and_a_hint(
    text: str, place: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        parse_layer(text)
    assert caught.value.where == f"mapping.toml {place}"
    assert hint in str(caught.value)
    assert caught.value.next is not None
    assert caught.value.sentence("zh") != caught.value.sentence("en")


def test_a_constant_may_be_written_as_a_cell_may_be_with_the_feeds_word_for_it() -> None:
    text = (
        '[trade.constant]\nside = "证券买入"\nprice = "1,000.5"\nquantity = "1.5万"\ndate = "31/03/2025"\n'
        'security_id = 1\naccount_id = ""\n[trade.width]\nsecurity_id = 6\n'
        "[client.constant]\nmarketing_opt_out = true\n[profile]\nthousands = true\nunits = true\n"
    )
    feed = parse_layer('[profile]\ndate_order = "dmy"\n')
    assert parse_layer(text, under=feed).of("trade").constant["date"] == "31/03/2025"
    with pytest.raises(UsageError, match=r"trade.constant. date"):
        parse_layer(text)


def test_a_constant_that_names_a_person_is_refused_without_showing_it() -> None:
    with pytest.raises(UsageError, match="invisible") as caught:
        parse_layer('[client.constant]\nid_number = "11010119900307\u200b7715"\n')
    assert "7715" not in caught.value.sentence("en") + caught.value.sentence("zh")
