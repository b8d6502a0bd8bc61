"""Who does which kind of job: importing these modules declares their runners (`records.jobs.runs`)."""

from __future__ import annotations

from importlib import import_module

MODULES = ("zhike_desk.worker.night", "zhike_desk.worker.importing", "zhike_desk.worker.valuing")


def load() -> None:
    """Import every module that declares a runner."""
    for name in MODULES:
        import_module(name)
