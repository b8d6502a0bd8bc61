"""The order of the night: what was delivered becomes one published generation. Beside the data centre, the only room that collects."""
