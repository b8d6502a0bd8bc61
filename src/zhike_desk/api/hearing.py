"""What a client says of us, written down by programs: complaints, and answers to how content they are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from zhike_desk.api.door import CHANGES, needs, router, viewer_of
from zhike_desk.api.schemas import work as schemas
from zhike_desk.api.schemas.answers import Done as Did
from zhike_desk.api.schemas.work import Number
from zhike_desk.api.telling import did
from zhike_desk.records import clock
from zhike_desk.records.actions import complaints, surveys


@router.post("/answers", response={200: Did, **CHANGES}, operation_id="log_answer")
@needs
def log_answer(request: HttpRequest, body: schemas.NewAnswer) -> dict[str, Any]:
    """Write down what a client answered to one question."""
    done = surveys.answer(
        body.client_id, kind=body.kind, score=body.score, text_=body.text, survey_id=body.survey_id,
        question_id=body.question_id, by=viewer_of(request), at=clock.now(),
    )  # fmt: skip
    return did(done)


@router.post("/complaints", response={200: Did, **CHANGES}, operation_id="log_complaint")
@needs
def log_complaint(request: HttpRequest, body: schemas.NewComplaint) -> dict[str, Any]:
    """Write a complaint down."""
    done = complaints.receive(
        body.client_id, category=body.category, severity=body.severity, staff_id=body.staff_id, opened_at=body.opened_at,
        by=viewer_of(request), at=clock.now(),
    )  # fmt: skip
    return did(done)


@router.post(
    "/complaints/{complaint_id}/acknowledge",
    response={200: Did, **CHANGES},
    operation_id="acknowledge_complaint",
)
@needs
def acknowledge_complaint(request: HttpRequest, body: schemas.Seen, complaint_id: Number) -> dict[str, Any]:
    """Write down that the client was told the complaint is looked into; 409 where somebody changed it since it was read."""
    return did(complaints.acknowledge(complaint_id, seen=body.version, by=viewer_of(request), at=clock.now()))


@router.post(
    "/complaints/{complaint_id}/close", response={200: Did, **CHANGES}, operation_id="close_complaint"
)
@needs
def close_complaint(request: HttpRequest, body: schemas.Closing, complaint_id: Number) -> dict[str, Any]:
    """Close a complaint: the client was right, or wasn't; 409 where somebody changed it since it was read."""
    done = complaints.close(
        complaint_id, upheld=body.upheld, outcome=body.outcome, seen=body.version, by=viewer_of(request), at=clock.now()
    )  # fmt: skip
    return did(done)
