"""A panel's draft tried on the published night, as a job: who would change grade."""

from __future__ import annotations

from typing import Any

from zhike.base.errors import UsageError
from zhike_desk.records import clock
from zhike_desk.records.actions import valuing
from zhike_desk.records.actions.writing import Refused
from zhike_desk.records.jobs import Work, runs


@runs("ahp_diff")
def try_out(work: Work) -> dict[str, Any]:
    """Try the draft of the panel of the number `panel`; what was found stays with the panel, the job keeps the counts."""
    work.tell("value")
    try:
        found = valuing.try_out(int(work.arguments["panel"]), clock.now())
    except Refused as error:
        raise UsageError(error.why) from error
    return {
        "clients": sum(c["clients"] for c in found["changes"]),
        "moved": sum(c["moved"] for c in found["changes"]),
    }
