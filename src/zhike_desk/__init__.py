"""The workbench: what stands on the core and meets people. For now, the one command that `make run` calls."""
