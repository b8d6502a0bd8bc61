"""Routes of compliance: a register each."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.compliance import views, writing

urlpatterns = [
    path("compliance/", views.compliance, name="compliance"),
    path("compliance/consents/", views.consents, name="compliance_consents"),
    path("compliance/complaints/", views.complaints, name="compliance_complaints"),
    path("compliance/complaints/acknowledge/", writing.acknowledge, name="compliance_acknowledge"),
    path("compliance/complaints/close/", writing.close, name="compliance_close"),
    path("compliance/holds/", views.holds, name="compliance_holds"),
    path("compliance/hold/", writing.hold, name="compliance_hold"),
    path("compliance/lift/", writing.lift, name="compliance_lift"),
    path("compliance/roles/", views.roles, name="compliance_roles"),
]
