"""Routes of saved views."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.views import views

urlpatterns = [
    path("views/save/", views.save, name="views_save"),
    path("views/<int:view>/change/", views.change, name="views_change"),
    path("views/<int:view>/forget/", views.forget, name="views_forget"),
]
