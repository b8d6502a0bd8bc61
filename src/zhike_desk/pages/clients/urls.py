"""Routes of the list of clients."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.clients import views

urlpatterns = [
    path("clients/", views.clients, name="clients"),
    path("clients/count/", views.count, name="clients_count"),
    path("clients/more/", views.more, name="clients_more"),
    path("clients/measures/", views.measures, name="clients_measures"),
    path("clients/bulk/", views.bulk, name="clients_bulk"),
]
