"""Routes of the way in."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("healthy/", views.healthy, name="healthy"),
]
