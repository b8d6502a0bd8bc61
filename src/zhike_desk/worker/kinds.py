"""Who does which kind of job: importing these modules declares their runners (`records.jobs.runs`)."""

from __future__ import annotations

from importlib import import_module

MODULES = tuple(
    f"zhike_desk.worker.{room}" for room in ("night", "importing", "looking", "handed", "valuing")
)


def load() -> None:
    """Import every module that declares a runner."""
    for name in MODULES:
        import_module(name)
