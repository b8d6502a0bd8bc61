"""Routes by which lists are taken out: each list's own, so that the policy names it."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.exports import views
from zhike_desk.records.queries.outgoing import LISTS

urlpatterns = [
    route
    for of in LISTS
    for route in (
        path(f"{of}/export/form/", views.form, {"of": of}, name=f"{of}_export_form"),
        path(f"{of}/export/", views.export, {"of": of}, name=f"{of}_export"),
    )
]
