"""Routes of the market."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.market import views

urlpatterns = [
    path("market/", views.market, name="market"),
    path("market/days/", views.days, name="market_days"),
]
