"""What the API takes and gives, in the trade's words. Money is CNY, rates are fractions, days ISO, moments with their zone."""
