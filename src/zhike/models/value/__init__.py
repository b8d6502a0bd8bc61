"""What a client is worth to the branch: measures become scores between 0 and 1, scores become value."""

from zhike.models.value.grades import GRADES, UNGRADED, Graded, Grades, cuts_of, graded, plain_grades
from zhike.models.value.model import LOGICS, ValueModel, Weights, model_of
from zhike.models.value.rows import QUADRANTS, Standing, grades_before, value_table
from zhike.models.value.scoring import Scored, most_points, ordered_of, scored, values_of
from zhike.models.value.settings import BINDABLE, Settings, default_models, default_text

__all__ = [
    "BINDABLE", "GRADES", "LOGICS", "QUADRANTS", "UNGRADED", "Graded", "Grades", "Scored", "Settings", "Standing", "ValueModel", "Weights", "cuts_of", "default_models", "default_text", "graded", "grades_before",
    "model_of", "most_points", "ordered_of", "plain_grades", "scored", "value_table", "values_of",
]  # fmt: skip
