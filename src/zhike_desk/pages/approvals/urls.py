"""Routes of approvals."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.approvals import views

urlpatterns = [
    path("approvals/", views.approvals, name="approvals"),
    path("approvals/<int:number>/", views.decide, name="approvals_decide"),
    path("approvals/exports/<int:number>/", views.file, name="approvals_file"),
    path("approvals/<int:number>/withdraw/", views.withdraw, name="approvals_withdraw"),
]
