"""Routes of the page of parts."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.parts import views

urlpatterns = [path("parts/", views.parts, name="parts")]
