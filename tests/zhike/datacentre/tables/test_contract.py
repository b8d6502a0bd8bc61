"""The tables against a copy of the contract typed by hand: a changed name, key or null must fail here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from zhike.base.errors import UsageError
from zhike.datacentre.tables import ALL, LEDGER, RESULTS, TABLES, Column, Level, Table, Type, table
from zhike.datacentre.tables.dictionary import render

# `*` is part of the key, `?` may be empty.
INBOX = """
client: client_id* kind name? id_type? id_number? gender? birth_date? phone? email? region? occupation?
  industry? opened_on? closed_on? branch_id? channel_id? referrer_id? risk_level? risk_assessed_on?
  professional? declared_wealth? commission_rate? marketing_opt_out? frozen?
account: account_id* client_id kind market? opened_on? closed_on? status? maintenance_ratio?
security: security_id* name? kind board? industry? listed_on? delisted_on? currency?
quote: date* security_id* open? high? low? close prev_close? volume? amount? float_cap? eps_ttm? bps?
  dividend_ttm? adj_factor? suspended? st?
index_quote: date* index_id* open? high? low? close amount?
corporate_action: security_id* ex_date* kind* cash? ratio? price?
trade: trade_id* date time? client_id account_id? security_id side kind? quantity price amount currency?
  commission? exchange_fee? stamp_duty? transfer_fee? other_fee? net_amount? cash_after? quantity_after?
  order_id? flag?
cash_flow: flow_id* date client_id account_id? security_id? kind amount cash_after? flag?
custody: custody_id* date client_id security_id quantity market_value? direction kind
asset: date* client_id* cash securities funds debt net
holding: date* client_id* security_id* quantity cost? market_value?
login: date* client_id* count
product: product_id* name risk_level category term_days? minimum fee_rate on_sale_from on_sale_to?
product_order: order_id* date client_id product_id side amount fee?
business: month* client_id* kind* revenue balance?
staff: staff_id* name role branch_id? team? hired_on? left_on? capacity_hours?
relation: client_id* staff_id* role* share start_on* end_on?
party_link: client_id* other_id* kind*
channel: channel_id* name kind
channel_cost: month* channel_id* cost impressions? clicks?
lead: lead_id* created_at channel_id staff_id? referrer_id? client_id? lost_on?
touch: touch_id* lead_id at channel_id kind
contact: contact_id* at client_id staff_id medium purpose outcome? minutes? task_id?
complaint: complaint_id* opened_at client_id staff_id? category severity closed_at? upheld?
survey: answer_id* at client_id survey_id question_id kind score scale_max text?
judgement: judgement_id* at expert_id model_id parent left right value?
assignment: client_id* experiment_id* arm assigned_at
calendar: date*
"""

REQUIRED = {"client", "security", "quote", "index_quote", "trade", "cash_flow", "asset", "staff", "relation"}

LEDGER_NAMES = """
client_day: client_id* date*
position: client_id* security_id* quantity cost opened_on
round_trip: client_id* security_id* opened_on* closed_on* quantity cost proceeds fees holding_days
"""

PUBLISHED = """
market_state: date* up_share above_ma20 above_ma60 median_return limit_up limit_down prev_limit_up_return?
  broken_limit_share? new_high_low turnover_pct dispersion drawdown money_effect client_money_effect? state
  regime_known regime_dated? wave?
measure: client_id*
measure_dictionary: name* unit meaning window absent source group
measure_detail: client_id* measure* n low? high? null_reason?
attribution: client_id* window_days* pnl benchmark timing selection trading interest cost growth? valuation?
logic: client_id* logic p_value p_trend p_sentiment overlay? evidence reason? reason_told? since
stage: client_id* stage since reason reason_told?
value: client_id* kind model_version score grade rank criteria current? potential? quadrant? since watch_since? note? note_told?
clv: client_id* horizon_months* expected p10 p50 p90 neutral_p50 trading? interest? products? cost? market? there?
  model_version?
churn: client_id* state p30 p90 p180 value_at_risk reasons
uplift: client_id* experiment_id* uplift low high
satisfaction: client_id* csat? nps? delivered_value? complaints_12m
proposal: proposal_id* client_id kind rule product_id? reason reason_told? suitability suitability_told? expected_value? minutes due_on
  must_do cooldown_until? arm
plan: staff_id* proposal_id* client_id due_on order minutes
transition: table* from* to* clients assets revenue
phase: logic* state* wave* clients trades net_buy turnover pnl
client_card: client_id*
asset_series: client_id* date*
holding_now: client_id* security_id*
product_now: client_id* product_id*
timeline: client_id* at* kind*
channel_result: channel_id* month* leads opened funded effective active cost cost_per_effective revenue_12m
  payback_months ltv_to_cac attributed
referral: client_id* referred referred_effective referred_value network_value p_refer
staff_kpi: staff_id* month* net_revenue new_effective asset_growth_neutral value_growth coverage must_do_rate
  satisfaction compliance_deductions score rank explanation
finding: run_id* ordinal* table source line column value check reason severity count
"""

# The contract names only the keys here and describes the rest, so more columns may follow.
OPEN = {
    "client_day",
    "position",
    "round_trip",
    "client_card",
    "asset_series",
    "holding_now",
    "product_now",
    "timeline",
}

# Empty without a `?` in the contract: it says so in words, or the divisor or the place may not exist.
EMPTY_IN_WORDS = {
    # "When a table is missing, what depends on it is published as null": prices of stocks, or days enough
    "market_state": {
        "up_share",
        "above_ma20",
        "above_ma60",
        "median_return",
        "limit_up",
        "limit_down",
        "new_high_low",
        "turnover_pct",
        "dispersion",
        "money_effect",
        "state",
        "regime_known",
    },
    "logic": {"p_value", "p_trend", "p_sentiment"},
    "measure_dictionary": {"absent"},
    "channel_result": {"cost_per_effective", "payback_months", "ltv_to_cac"},
    "staff_kpi": {"satisfaction"},
    "finding": {"table", "line", "column", "value"},
}

CHOICES = """
client.kind individual institution product
client.gender F M
client.risk_level C1 C2 C3 C4 C5
account.kind cash margin option fund
security.kind stock etf fund bond convertible repo index other
corporate_action.kind dividend bonus split rights
trade.side buy sell
trade.kind ordinary margin short ipo rights repo conversion creation
cash_flow.kind bank dividend interest tax fee other
custody.direction in out
custody.kind custody collateral listing designation
product.risk_level R1 R2 R3 R4 R5
product.category money bond mixed equity index structured private
product_order.side subscribe redeem
business.kind seat margin pledge repo custody banking equity_plan other
staff.role manager adviser head
relation.role developer server adviser
party_link.kind family household controller group agent
channel.kind bank internet media referral community staff other
touch.kind impression click reply visit call
contact.medium phone wecom sms visit app
survey.kind csat nps importance performance
assignment.arm treat hold
market_state.state frozen ebbing ranging warming hot
market_state.regime_known bull bear
market_state.regime_dated bull bear
logic.logic value trend sentiment mixed insufficient
logic.overlay arbitrage allocation margin
stage.stage prospect developing growing mature declining dormant lost returned
value.kind individual institution product
value.grade diamond platinum gold growth standard
value.quadrant keep develop maintain reduce
churn.state active warning asset_loss dormant empty hard returned
proposal.kind retain product activate develop care callback
proposal.arm treat hold
transition.table logic stage grade
phase.logic value trend sentiment mixed insufficient
phase.state frozen ebbing ranging warming hot
client_card.kind individual institution product
client_card.risk_level C1 C2 C3 C4 C5
finding.severity info warning error
"""


def contract(text: str) -> dict[str, list[str]]:
    """Return table name → its column words, marks included."""
    whole = re.sub(r"\n +", " ", text.strip())
    return {line.split(":")[0]: line.split(":")[1].split() for line in whole.splitlines()}


def word(t: Table, c: Column) -> str:
    """Write a column as the contract does."""
    in_words = c.name in EMPTY_IN_WORDS.get(t.name, set())
    return c.name + ("*" if c.key else "?" if c.nullable and not in_words else "")


def every_column() -> Iterator[tuple[Table, Column]]:
    """Go through all columns of all tables."""
    for t in ALL.values():
        for c in t.columns:
            yield t, c


def test_the_inbox_has_the_contract_s_tables_and_columns_in_its_order() -> None:
    assert {n: [word(t, c) for c in t.columns] for n, t in TABLES.items()} == contract(INBOX)
    assert list(TABLES) == list(contract(INBOX))


def test_the_required_tables_are_the_contract_s_nine() -> None:
    assert {n for n, t in ALL.items() if t.required} == REQUIRED


def test_ledger_and_results_have_the_contract_s_tables_and_columns() -> None:
    for tables, text in ((LEDGER, LEDGER_NAMES), (RESULTS, PUBLISHED)):
        said = contract(text)
        assert list(tables) == list(said)
        for name, t in tables.items():
            words = [word(t, c) for c in t.columns if c.name != "as_of"]
            assert (words[: len(said[name])] if name in OPEN else words) == said[name], name


def test_each_result_says_the_day_it_holds_for_outside_its_key() -> None:
    for t in RESULTS.values():
        assert t.column("as_of").type is Type.DATE
        assert "as_of" not in t.key
        assert not t.column("as_of").nullable
    assert not any(t.has("as_of") for t in (*TABLES.values(), *LEDGER.values()))


def test_what_may_be_empty_in_words_may_be_empty_in_code() -> None:
    for name, columns in EMPTY_IN_WORDS.items():
        assert all(ALL[name].column(c).nullable for c in columns)


def test_choices_are_the_contract_s_and_stand_on_choice_columns_only() -> None:
    said = {line.split()[0]: tuple(line.split()[1:]) for line in CHOICES.strip().splitlines()}
    assert {f"{t.name}.{c.name}": c.choices for t, c in every_column() if c.type is Type.CHOICE} == said
    assert [f"{t.name}.{c.name}" for t, c in every_column() if c.choices and c.type is not Type.CHOICE] == []


def test_names_are_unique_and_no_table_stands_in_two_places() -> None:
    assert len(ALL) == len(TABLES) + len(LEDGER) + len(RESULTS) == 28 + 3 + 25
    for name, t in ALL.items():
        assert t.name == name
        assert len(set(t.names)) == len(t.names), name


def test_every_table_has_a_key_that_is_never_empty_and_orders_its_rows() -> None:
    for t in ALL.values():
        assert t.key, t.name
        assert not any(c.nullable for c in t.columns if c.key), t.name
        assert set(t.key) <= set(t.cluster) <= set(t.names), t.name
        assert len(set(t.cluster)) == len(t.cluster), t.name


def test_rows_of_one_client_lie_together() -> None:
    apart = {"lead", "plan", "client"}  # a lead need not have a client; a plan is read by person
    for t in (t for t in ALL.values() if t.has("client_id") and t.name not in apart):
        assert t.cluster[0] == "client_id", t.name


def test_only_a_lone_technical_key_is_derived() -> None:
    derived = {n for n, t in ALL.items() if t.derived_key}
    assert derived == {"trade", "cash_flow", "custody", "product_order", "touch", "contact", "complaint",
                       "survey", "judgement"}  # fmt: skip
    assert all(len(ALL[n].key) == 1 for n in derived)


def test_references_name_a_table_with_one_key_of_the_same_type() -> None:
    for t, c in every_column():
        if c.refers:
            (key,) = ALL[c.refers].key
            assert ALL[c.refers].column(key).type is c.type is Type.CODE
            assert (c.refers, key) != (t.name, c.name), f"{t.name}.{c.name} refers to itself"


def test_every_identifier_of_another_table_is_a_reference() -> None:
    homes = {"client_id": "client", "security_id": "security", "staff_id": "staff", "product_id": "product",
             "channel_id": "channel", "account_id": "account", "lead_id": "lead", "referrer_id": "client",
             "other_id": "client"}  # fmt: skip
    for t, c in every_column():
        if c.name in homes and t.name != homes[c.name]:
            assert c.refers == homes[c.name], f"{t.name}.{c.name}"
    assert ALL["client"].column("referrer_id").refers == "client"


def test_identifiers_are_codes_and_names_tell_the_type() -> None:
    kinds = {"_id": Type.CODE, "_on": Type.DATE, "_at": Type.STAMP, "month": Type.MONTH, "date": Type.DATE}
    for t, c in every_column():
        for ending, kind in kinds.items():
            if c.name == ending or (ending.startswith("_") and c.name.endswith(ending)):
                assert c.type is kind, f"{t.name}.{c.name}"
    assert {c.type for _, c in every_column() if c.name == "at"} == {Type.STAMP}


def test_every_table_and_column_has_a_sentence_in_both_languages() -> None:
    defined: list[Table | Column] = [*ALL.values(), *(c for _, c in every_column())]
    for what in defined:
        assert what.meaning.endswith("."), what
        assert what.zh.endswith("。"), what
        assert re.search(r"[一-鿿]", what.zh), what
        assert not re.search(r"[　-〿＀-￯]", what.meaning), what


def test_bounds_stand_on_numbers_and_are_in_order() -> None:
    numbers = {Type.MONEY, Type.QUANTITY, Type.PRICE, Type.RATE, Type.COUNT, Type.NUMBER}
    for t, c in every_column():
        if c.low is not None or c.high is not None:
            assert c.type in numbers, f"{t.name}.{c.name}"
        if c.low is not None and c.high is not None:
            assert c.low < c.high, f"{t.name}.{c.name}"
    for signed in (("trade", "net_amount"), ("cash_flow", "amount"), ("asset", "net")):
        assert ALL[signed[0]].column(signed[1]).low is None


def test_money_has_a_unit() -> None:
    assert [f"{t.name}.{c.name}" for t, c in every_column() if c.type is Type.MONEY and not c.unit] == []


def test_what_names_a_person_is_identity_and_a_client_s_money_is_personal() -> None:
    identity = {f"{t.name}.{c.name}" for t, c in every_column() if c.level is Level.IDENTITY}
    assert identity == {"client.name", "client.id_number", "client.phone", "client.email",
                        "client_card.name", "client_card.phone"}  # fmt: skip
    for name in ("trade", "cash_flow", "custody", "asset", "holding"):
        assert all(c.level >= Level.PERSONAL for c in ALL[name].columns), name
    for name in ("security", "quote", "index_quote", "corporate_action", "product", "calendar"):
        assert all(c.level is Level.PUBLIC for c in ALL[name].columns), name


def test_an_unknown_table_is_refused_with_the_nearest_name() -> None:
    assert table("trade") is TABLES["trade"]
    with pytest.raises(UsageError) as refused:
        table("trades")
    assert "no table 'trades'" in str(refused.value)
    assert "Did you mean 'trade'?" in str(refused.value)
    assert "是否想写“trade”？" in refused.value.sentence("zh")


def test_a_table_like_no_other_is_refused_with_all_names() -> None:
    with pytest.raises(UsageError) as refused:
        table("zzz")
    assert "client, account, security" in str(refused.value)


def test_the_tables_cannot_be_changed_by_their_readers() -> None:
    with pytest.raises(TypeError):
        TABLES["client"] = TABLES["trade"]  # type: ignore[index]


def test_the_dictionary_on_paper_is_the_dictionary_in_code() -> None:
    paper = Path(__file__).parents[4] / "docs" / "dictionary.md"
    again = "python -m zhike.datacentre.tables.dictionary > docs/dictionary.md"
    assert paper.read_text(encoding="utf-8") == render(), f"run {again}"


def test_the_dictionary_shows_every_column_in_a_row_of_eight_cells() -> None:
    rows = [line for line in render().splitlines() if line.startswith("| `")]
    assert len(rows) == sum(1 for _ in every_column())
    assert {len(re.split(r"(?<!\\)\|", row)) for row in rows} == {10}
    assert "| `side` | choice |  |  |  | personal | Whether the client received the security" in render()
    assert "| 0 … 0.05 |" in render()
