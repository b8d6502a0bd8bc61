"""Routes of the plumbing: Django's admin, with ours for a site."""

from __future__ import annotations

from django.urls import path

from zhike_desk.records.plumbing import site

urlpatterns = [path("plumbing/", site.urls)]
