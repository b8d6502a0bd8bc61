"""Routes of jobs."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.jobs import views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:number>/", views.one, name="jobs_one"),
    path("jobs/<int:number>/cancel/", views.cancel, name="jobs_cancel"),
    path("jobs/<int:number>/back/", views.back, name="jobs_back"),
]
