"""The night's sentences, stored as codes and figures, in both languages; numbers that name a person struck out of what people wrote."""

from __future__ import annotations

from zhike.base.text import Said, say
from zhike.datacentre.tables.sentences import in_words
from zhike_desk.records.masking import struck
from zhike_desk.records.models import Task


def told(stored: str) -> Said:
    """Return a stored sentence in words; what people wrote stays as they wrote it."""
    words = in_words(stored)
    return say(struck(words.zh), struck(words.en))


def wrote(text: str) -> Said:
    """Return what people wrote, which is the same in either language."""
    text = struck(text)
    return say(text, text)


def titled(task: Task) -> Said:
    """Return a task's title; one that stands as its proposal gave it is told in both languages."""
    return title_of(task.title, task.reason, task.proposal_id)


def title_of(title: str, reason: str, proposal_id: str) -> Said:
    """Return a title; `reason` holds the sentence of the proposal it was made from."""
    words = told(reason) if proposal_id else wrote(title)
    return words if words.zh[: len(title)] == struck(title) else wrote(title)
