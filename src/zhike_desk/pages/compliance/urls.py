"""Routes of compliance."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.compliance import views

urlpatterns = [
    path("compliance/", views.compliance, name="compliance"),
    path("compliance/hold/", views.hold, name="compliance_hold"),
    path("compliance/lift/", views.lift, name="compliance_lift"),
]
