"""Routes of the data."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.data import uploads, views

urlpatterns = [
    path("data/", views.data, name="data"),
    path("data/jobs/", views.strip, name="data_jobs"),
    path("data/findings/", views.findings, name="data_findings"),
    path("data/findings/file/", views.findings_file, name="data_findings_file"),
    path("data/night/", views.night, name="data_night"),
    path("data/check/", views.check, name="data_check"),
    path("data/check/<int:number>/", views.checked, name="data_checked"),
    path("data/job/<int:number>/cancel/", views.cancel, name="data_cancel"),
    path("data/upload/", uploads.upload, name="data_upload"),
    path("data/upload/<int:number>/", uploads.preview, name="data_preview"),
    path("data/upload/<int:number>/reasons/", uploads.reasons, name="data_reasons"),
    path("data/upload/<int:number>/mapping/", uploads.mapping, name="data_mapping"),
    path("data/upload/<int:number>/take/", uploads.take, name="data_take"),
    path("data/upload/<int:number>/throw/", uploads.throw, name="data_throw"),
    path("data/drop/<int:number>/back/", uploads.back, name="data_back"),
]
