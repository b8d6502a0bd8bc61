from __future__ import annotations

from zhike.datacentre.tables.results import LOGICS, STAGE
from zhike.datacentre.tables.service import CONTACT
from zhike.datacentre.tables.words import LOGIC_WORDS, MEDIUM_WORDS, STAGE_WORDS


def test_every_choice_that_sentences_name_has_its_word() -> None:
    assert tuple(STAGE_WORDS) == STAGE.column("stage").choices
    assert tuple(LOGIC_WORDS) == LOGICS
    assert tuple(MEDIUM_WORDS) == CONTACT.column("medium").choices
