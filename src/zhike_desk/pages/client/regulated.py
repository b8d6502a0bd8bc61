"""What is regulated of a client, as it stands now: consent, the risk assessment. What the forms show before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from zhike_desk.records.actions.suitability import LEVELS
from zhike_desk.records.queries.client import Portrait
from zhike_desk.records.viewer import Viewer
from zhike_desk.records.wording import CONSENTS
from zhike_desk.ui.speech import told
from zhike_desk.ui.words import word


@dataclass(frozen=True, slots=True)
class Standing:
    """One kind of consent: its name, what stands now in words (`given`: None where nobody has said), on what evidence."""

    kind: str
    name: str
    now: str
    given: bool | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Form:
    """What a regulated form shows: whether a second person decides, and of a risk assessment what stands now, and the grades."""

    second: bool
    now: str = ""
    levels: Sequence[str] = ()


def consents(found: Portrait) -> list[Standing]:
    """Return each kind of consent as it stands: by the desk's own entry, else, of marketing, by the files."""
    return [_standing(found, kind, word("consent", kind)) for kind in CONSENTS]


def _standing(found: Portrait, kind: str, name: str) -> Standing:
    entry = (found.written.consents or {}).get(kind)
    if entry is not None:
        now = told("已同意", "Agreed") if entry.given else told("已拒绝", "Refused")
        since = timezone.localtime(entry.since).date()
        return Standing(kind, name, told(f"{now}（{since}）", f"{now} ({since})"), entry.given, entry.reason)
    if kind == "marketing" and found.row.opt_out:
        return Standing(kind, name, told("已拒绝（文件标记）", "Refused (by the files)"), False, "")
    return Standing(kind, name, told("未登记", "Nothing written down"), None, "")


def consent_form(viewer: Viewer) -> Form:
    """Return what the form of consent says of who decides."""
    cell = viewer.may("consent.write")
    return Form(cell is not None and cell.second)


def suitability_form(found: Portrait, viewer: Viewer) -> Form:
    """Return what the form of a risk assessment shows: the grade that stands, one that waits for the night, the grades there are."""
    cell, row = viewer.may("suitability.write"), found.row
    if not row.risk_level:
        now = told("未作测评", "none made")
    elif row.risk_assessed_on is None:
        now = told(f"{row.risk_level}（测评日期未知）", f"{row.risk_level} (day unknown)")
    else:
        now = told(f"{row.risk_level}（{row.risk_assessed_on} 测评）", f"{row.risk_level} (of {row.risk_assessed_on})")  # fmt: skip
    ours = found.assessed
    if ours is not None:
        now += told(
            f"；待夜间生效 {ours.level}（{ours.on}）", f"; from the next night {ours.level} ({ours.on})"
        )
    return Form(cell is not None and cell.second, now, LEVELS)
