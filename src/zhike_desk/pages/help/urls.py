"""Routes of help."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.help import views

urlpatterns = [
    path("help/", views.index, name="help"),
    path("help/<slug:note>/", views.note, name="help_note"),
]
