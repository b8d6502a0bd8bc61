"""What every room may use: errors, severities, exchange facts, periods. Imports nothing of Zhike."""
