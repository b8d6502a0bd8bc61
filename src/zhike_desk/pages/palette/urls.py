"""Routes of the palette, and of taking an act back."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.palette import views

urlpatterns = [
    path("palette/", views.palette, name="palette"),
    path("undo/", views.undo, name="undo"),
]
