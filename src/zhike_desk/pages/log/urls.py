"""Routes of the log."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.log import views

urlpatterns = [
    path("log/", views.log, name="log"),
    path("log/verify/", views.verify, name="log_verify"),
]
