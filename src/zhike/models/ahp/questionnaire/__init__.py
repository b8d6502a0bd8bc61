"""A questionnaire for a hierarchy: a workbook that asks an expert about each pair, written and read back."""

from zhike.models.ahp.questionnaire.filled import Filled, is_questionnaire, joined, read_questionnaire
from zhike.models.ahp.questionnaire.questions import Question, questions
from zhike.models.ahp.questionnaire.workbook import write_questionnaire

__all__ = [
    "Filled",
    "Question",
    "is_questionnaire",
    "joined",
    "questions",
    "read_questionnaire",
    "write_questionnaire",
]
