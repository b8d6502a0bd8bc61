"""Routes of the studio."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.ahp import judging, leading, views

urlpatterns = [
    path("value/", views.overview, name="ahp"),
    path("value/versions/<str:name>/", views.version, name="ahp_version"),
    path("value/panels/new/", leading.begin, name="ahp_begin"),
    path("value/panels/<int:number>/", views.panel, name="ahp_panel"),
    path("value/panels/<int:number>/judge/<str:key>/", judging.judge, name="ahp_judge"),
    path("value/panels/<int:number>/judge/<str:key>/answer/", judging.answer, name="ahp_answer"),
    path("value/panels/<int:number>/invite/", leading.invite, name="ahp_invite"),
    path("value/panels/<int:number>/drop/", leading.drop, name="ahp_drop"),
    path("value/panels/<int:number>/publish/", leading.publish, name="ahp_publish"),
    path("value/panels/<int:number>/try/", leading.try_out, name="ahp_try"),
    path("value/panels/<int:number>/trial/", views.trial, name="ahp_trial"),
    path("value/experts/<int:number>/weigh/", leading.weigh, name="ahp_weigh"),
    path("value/experts/<int:number>/remind/", leading.remind, name="ahp_remind"),
    path("value/experts/<int:number>/dismiss/", leading.dismiss, name="ahp_dismiss"),
]
