"""The catalogue of checks: name, severity, and what each one says. Findings quote these sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from zhike.base.finding import Severity
from zhike.base.text import Said, say

INFO, WARNING, ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR


@dataclass(frozen=True, slots=True)
class Check:
    """A named rule. `said` explains it; an ERROR keeps the row (or file) out, a WARNING or INFO lets it in.

    `next_` says what to do about it (None: nothing need be done). `summed` findings are counted once a column and file,
    with the first line, instead of once a row.
    """

    name: str
    severity: Severity
    said: Said
    next_: Said | None = None
    summed: bool = False

    @property
    def sentence(self) -> Said:
        """Return the explanation and what to do next, as people read it."""
        if self.next_ is None:
            return self.said
        return say(f"{self.said.zh}{self.next_.zh}", f"{self.said.en} {self.next_.en}")


_ALL = (
    # cells
    Check(
        "missing_value", ERROR,
        say("必填列为空。", "A required value is missing."),
        say("请补齐后重新提供该行。", "Fill it in and deliver the row again."),
    ),
    Check(
        "not_a_number", ERROR,
        say("不是数字。", "Not a number."),
        say("请改为普通数字；千分位、括号负数、万/亿需在 mapping.toml 的 [profile] 中声明。", "Write a plain number; thousands marks, bracketed negatives and 万/亿 need [profile] in mapping.toml."),
    ),
    Check(
        "number_too_large", ERROR,
        say("数字超出可存范围（18 位）。", "The number has more than 18 digits."),
        say("请核对数值与单位。", "Check the value and its unit."),
    ),
    Check(
        "not_whole", ERROR,
        say("应为整数。", "A whole number is needed."),
        say("请核对数值。", "Check the value."),
    ),
    Check(
        "too_many_decimals", WARNING,
        say("小数位超过存储精度，已按银行家舍入。", "More decimals than are kept; rounded half to even."),
        say("若精度重要，请核对单位或倍数。", "If the digits matter, check the unit or the scale."),
        summed=True,
    ),
    Check(
        "full_width", INFO,
        say("全角字符已转为半角（NFKC）。", "Full-width characters were made half-width (NFKC)."),
        summed=True,
    ),
    Check(
        "not_a_date", ERROR,
        say("不是有效日期。", "Not a valid date."),
        say("请改为 2025-03-31 或 20250331 这样的日期；日月在前的写法需在 [profile] 中声明 date_order。", "Write dates like 2025-03-31 or 20250331; day or month first needs `date_order` under [profile]."),
    ),
    Check(
        "not_a_time", ERROR,
        say("不是有效时间。", "Not a valid time."),
        say("请改为 09:30:00 或 093000 这样的时间。", "Write times like 09:30:00 or 093000."),
    ),
    Check(
        "future_date", ERROR,
        say("日期晚于导入日。", "The date lies after the day of ingestion."),
        say("请核对日期。", "Check the date."),
    ),
    Check(
        "not_a_choice", ERROR,
        say("不在允许的取值之内。", "Not one of the allowed values."),
        say("请改为数据字典所列的取值。", "Use one of the values that the data dictionary lists."),
    ),
    Check(
        "not_a_yes_or_no", ERROR,
        say("应为是/否。", "Neither yes nor no."),
        say("请写 是/否、1/0 或 true/false。", "Write yes/no, 1/0 or true/false."),
    ),
    Check(
        "out_of_bounds", ERROR,
        say("超出该列允许的范围。", "Outside the bounds of this column."),
        say("请核对数值、单位与正负号。", "Check the value, its unit and its sign."),
    ),
    Check(
        "control_character", ERROR,
        say("含控制字符或双向控制符。", "Contains a control or bidirectional character."),
        say("请从源系统删除不可见字符后重新导出。", "Remove the invisible character in the source system and export again."),
    ),
    Check(
        "number_as_code", INFO,
        say("编码列中的整数单元格已作为文本读取。", "Whole-number cells in an identifier column were read as text."),
        summed=True,
    ),
    # whole files and columns
    Check(
        "identifier_as_float", ERROR,
        say("编码以浮点数存储，精度已丢失，该列作废。", "Identifiers stored as floating-point numbers have lost digits; the column is rejected."),
        say("请以文本格式重新导出该列。", "Export the column as text."),
    ),
    Check(
        "leading_zeros_lost", ERROR,
        say("证券代码的前导零已丢失；不会猜补。", "Leading zeros of security codes are lost; they are never guessed."),
        say("请以文本格式重新导出该列，或在 mapping.toml 的 [表.width] 中声明宽度。", "Export the column as text, or declare its width under [table.width] in mapping.toml."),
    ),
    Check(
        "leading_zeros_restored", INFO,
        say("按映射中声明的宽度补足前导零。", "Leading zeros were restored to the width the mapping declares."),
        summed=True,
    ),
    Check(
        "conflicting_key", ERROR,
        say("同一文件中同一主键出现不同内容，整份文件拒收。", "The same key stands twice in one file with different values; the file is rejected."),
        say("请更正后重新提供整份文件。", "Correct it and deliver the whole file again."),
    ),
    Check(
        "unsure_columns", WARNING,
        say("有列的含义不确定，暂不使用。", "Some columns are uncertain and left out."),
        say("请在 mapping.toml 的 [表.columns] 中说明。", "Say under [table.columns] in mapping.toml what they are."),
    ),
    Check(
        "missing_column", ERROR,
        say("缺少必需的列，且映射中未给出常量。", "A required column is missing and the mapping gives no constant for it."),
        say("请在 mapping.toml 的 [表.columns] 或 [表.constant] 中给出。", "Give it under [table.columns] or [table.constant] in mapping.toml."),
    ),
    Check(
        "unknown_file", ERROR,
        say("无法识别这是什么文件。", "What this file is was not recognised."),
        say("请在 mapping.toml 的 [files] 与 [表.columns] 中说明。", "Say what it is under [files] and [table.columns] in mapping.toml."),
    ),
    Check(
        "unused_mapping", WARNING,
        say("mapping.toml 中有一条与这批文件的任何内容都不相符。", "An entry of mapping.toml matches nothing in this drop."),
        say("请改正，或删去该条。", "Correct it, or take the entry out."),
    ),
    Check(
        "no_table", INFO,
        say("该类文件不属于任何数据表，仅存档。", "This kind of file belongs to no table; it is only kept."),
    ),
    # rows
    Check(
        "unknown_flag", ERROR,
        say("业务标志含义未知。", "The business flag is not known."),
        say("请在 mapping.toml 的 [trade.flag] 或 [split] 中说明。", "Say in mapping.toml under [trade.flag] or [split] what it means."),
    ),
    Check(
        "zero_price", ERROR,
        say("普通成交的价格为零。", "An ordinary trade has a price of zero."),
        say("请核对；若不是普通成交，请给出业务标志或 kind。", "Check it; if it is no ordinary trade, give its flag or kind."),
    ),
    Check(
        "zero_quantity", WARNING,
        say("普通成交的数量为零。", "An ordinary trade has a quantity of zero."),
        say("请核对；若不是普通成交，请给出业务标志或 kind。", "Check it; if it is no ordinary trade, give its flag or kind."),
    ),
    Check(
        "sign_mismatch", ERROR,
        say("买卖方向与发生金额的正负不符。", "The side contradicts the sign of the net amount."),
        say("请核对买卖方向与金额。", "Check the side and the amount."),
    ),
    Check(
        "negative_quantity", ERROR,
        say("数量为负，且方向不是卖出。", "The quantity is negative although the side is not a sale."),
        say("请核对数量与方向；导出的负号只对卖出标志有效。", "Check quantity and side; a minus sign is understood for sales in statements only."),
    ),
    Check(
        "sign_dropped", INFO,
        say("卖出数量以负数导出，已取绝对值。", "Sales exported with a negative quantity; the sign was dropped."),
        summed=True,
    ),
    Check(
        "amount_mismatch", ERROR,
        say("成交金额不等于价格×数量。", "The amount is not price × quantity."),
        say("请核对三者；若不是普通成交，请给出业务标志或 kind。", "Check all three; if it is no ordinary trade, give its flag or kind."),
    ),
    Check(
        "fee_unusual", WARNING,
        say("费用超出当日费率表的上限。", "A fee is above the fee table of that day."),
        say("请核对费率或列的对应关系。", "Check the rates or what the column was taken for."),
        summed=True,
    ),
    Check(
        "net_mismatch", WARNING,
        say("发生金额不等于成交金额加减各项费用。", "The net amount is not the amount with the fees added or taken off."),
        say("请核对费用列的对应关系。", "Check what the fee columns were taken for."),
        summed=True,
    ),
    Check(
        "identity_mismatch", ERROR,
        say("净资产不等于现金+证券+基金−负债。", "Net assets are not cash + securities + funds − debt."),
        say("请核对各项，负债应为正数。", "Check the parts; debt is a positive amount."),
    ),
    Check(
        "price_order", WARNING,
        say("最高/最低价与开盘、收盘价矛盾。", "High and low contradict open and close."),
        say("请核对行情来源。", "Check the source of the prices."),
    ),
    Check(
        "not_a_trading_day", ERROR,
        say("该日不是交易日。", "This is not a trading day."),
        say("请核对日期，或补全交易日历（calendar）。", "Check the date, or complete the table 'calendar'."),
    ),
    Check(
        "end_before_start", ERROR,
        say("结束日期早于开始日期。", "The end lies before the start."),
        say("请核对两个日期。", "Check the two dates."),
    ),
    Check(
        "cash_discontinuous", WARNING,
        say("资金余额与发生金额对不上（已容许日内换序）。", "Cash balances do not follow from the movements (any order within a day allowed)."),
        say("请核对该日是否有缺失的流水。", "See whether bookings of that day are missing."),
    ),
    Check(
        "quantity_discontinuous", WARNING,
        say("证券余额与成交数量对不上（已容许日内换序）。", "Holdings do not follow from the quantities (any order within a day allowed)."),
        say("请核对该日是否有缺失的成交或托管变动。", "See whether trades or custody moves of that day are missing."),
    ),
    Check(
        "rows_in_two_files", WARNING,
        say("没有自己编号的行在同一批的另一个文件中也有，只保留一份。", "Rows without a number of their own are in another file of the drop too, and are kept once."),
        say("若是同一份导出给了两次，无需处理；若是不同的业务，请分两批提供，并用 --feed 区分来源。", "If it is one export delivered twice, nothing need be done; if they are different bookings, deliver the files as two drops under different feeds (--feed)."),
    ),
    # references
    Check(
        "unknown_client", ERROR,
        say("客户表中没有这位客户；客户资料到达后该行自动入库。", "No such client yet; the row comes in when the client's record arrives."),
        say("请提供该客户的资料（client）。", "Deliver the client's record (table 'client')."),
    ),
    Check(
        "unknown_reference", WARNING,
        say("所指的记录不存在。", "The record it refers to does not exist."),
        say("请提供所指的记录。", "Deliver the record that is meant."),
        summed=True,
    ),
)  # fmt: skip

CHECKS: Mapping[str, Check] = MappingProxyType({c.name: c for c in _ALL})


def check(name: str) -> Check:
    """Return the check called `name`; a KeyError is a programming mistake."""
    return CHECKS[name]
