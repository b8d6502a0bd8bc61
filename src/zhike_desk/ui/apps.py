"""The Django application of templates, styles and scripts."""

from __future__ import annotations

from django.apps import AppConfig


class Ui(AppConfig):
    """What every page shares in looks."""

    name = "zhike_desk.ui"
    label = "ui"
