"""Routes of the team."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.team import handing, views

urlpatterns = [
    path("team/", views.team, name="team"),
    path("team/<str:staff>/why/", views.why, name="team_why"),
    path("team/hand-over/", handing.hand_over, name="team_hand_over"),
    path("team/hand-over/form/", handing.form, name="team_hand_form"),
]
