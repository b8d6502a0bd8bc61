"""Surveys: what a client answered when staff asked how content they are."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from zhike.base.text import say
from zhike_desk.records import audit, scope
from zhike_desk.records.actions.writing import NOW, Done, Refused, inverse, one_of, text
from zhike_desk.records.models import Answer
from zhike_desk.records.models.care import QUESTIONS
from zhike_desk.records.models.care import Question as Question
from zhike_desk.records.viewer import Viewer

SURVEY = "desk"
"""The survey that questions asked at the desk belong to, where none is named."""
BEST: Mapping[str, float] = {"csat": 5, "nps": 10, "importance": 5, "performance": 5}
"""The best mark of each kind of question; the lowest is 0 for willingness to recommend, 1 for the others."""
WORDS = say("客户原话", "client's words")
_CODE = 40


def answer(
    client_id: str,
    *,
    kind: str,
    score: float,
    text_: str = "",
    survey_id: str = SURVEY,
    question_id: str = "",
    by: Viewer,
    at: datetime,
) -> Done:
    """Write down a client's answer to one question; without a number of its own the question is called after its kind.

    Raises Denied for a client that isn't `by`'s; Refused for a kind that isn't known or a mark off its scale.
    """
    with transaction.atomic():
        client = scope.client(by, client_id, "care.write")
        one_of(kind, QUESTIONS, say("题目类型", "kind of question"))
        made = Answer.objects.create(
            answer_id=f"desk-{uuid.uuid4().hex[:20]}",
            at=at,
            client_id=client.client_id,
            survey_id=text(survey_id, _CODE, say("调查编号", "survey's number")),
            question_id=text(question_id or kind, _CODE, say("题目编号", "question's number")),
            kind=kind,
            score=_score(kind, score),
            scale_max=BEST[kind],
            text=text(text_, 400, WORDS, needed=False),
            by_id=by.user_id,
            created_at=at,
            changed_at=at,
        )
        detail = {"answer": made.answer_id, "kind": kind, "score": made.score}
        audit.append(by, "survey.answer", at=at, kind="client", object_id=made.client_id, detail=detail)
        back = {"do": "set", "table": "answer", "id": made.pk, "version": 1, "fields": {"undone_at": NOW}}
        return Done(str(made.pk), undo=inverse(by, "care.write", [back], at))


def _score(kind: str, score: float) -> float:
    low = 0 if kind == "nps" else 1
    if not low <= score <= BEST[kind]:
        raise Refused(
            say(
                f"分数应在 {low} 到 {BEST[kind]:g} 之间。", f"The mark lies between {low} and {BEST[kind]:g}."
            )
        )
    return score
