"""Routes of the segments."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.segments import exporting, views

urlpatterns = [
    path("segments/", views.segments, name="segments"),
    path("segments/why/", views.why, name="segments_why"),
    path("segments/export/", exporting.export, name="segments_export"),
]
