"""Routes of the day's list."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.today import views

urlpatterns = [
    path("today/", views.today, name="today"),
    path("today/more/", views.more, name="today_more"),
    path("today/count/", views.count, name="today_count"),
    path("today/load/", views.load, name="today_load"),
    path("today/night/", views.night, name="today_night"),
    path("today/team/", views.team, name="today_team"),
    path("today/end/", views.end, name="today_end"),
]
