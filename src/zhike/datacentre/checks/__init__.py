"""Checks: each a named value with a sentence; what fails becomes findings, never exceptions, never silence."""

from zhike.datacentre.catalogue import CHECKS, Check, check

__all__ = ["CHECKS", "Check", "check"]
