"""What every room may use: errors, findings, exchange facts, periods. Imports nothing of Zhike."""
