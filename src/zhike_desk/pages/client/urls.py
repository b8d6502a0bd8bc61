"""Routes of one client. They follow those of the list: its own words (`clients/count/`) are no client's number."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.client import hearing, regulating, views, writing

urlpatterns = [
    path("clients/<str:key>/", views.client, name="client"),
    path("clients/<str:key>/why/", views.why, name="client_why"),
    path("clients/<str:key>/timeline/", views.timeline, name="client_timeline"),
    path("clients/<str:key>/attribution/", views.attribution, name="client_attribution"),
    path("clients/<str:key>/reveal/", writing.reveal, name="client_reveal"),
    path("clients/<str:key>/contact/", writing.contact, name="client_contact"),
    path("clients/<str:key>/task/", writing.task, name="client_task"),
    path("clients/<str:key>/task/close/", writing.close, name="client_task_close"),
    path("clients/<str:key>/task/change/", writing.change, name="client_task_change"),
    path("clients/<str:key>/proposal/", writing.accept, name="client_proposal"),
    path("clients/<str:key>/note/", writing.note, name="client_note"),
    path("clients/<str:key>/complaint/", hearing.complaint, name="client_complaint"),
    path("clients/<str:key>/complaint/close/", hearing.close, name="client_complaint_close"),
    path("clients/<str:key>/answer/", hearing.answer, name="client_answer"),
    path("clients/<str:key>/tag/", writing.tag, name="client_tag"),
    path("clients/<str:key>/consent/", regulating.consent, name="client_consent"),
    path("clients/<str:key>/assess/", regulating.assess, name="client_assess"),
]
