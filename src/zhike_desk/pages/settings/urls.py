"""Routes of the settings."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.settings import users, views

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("settings/put/", views.put, name="settings_put"),
    path("settings/token/", views.token, name="settings_token"),
    path("settings/token/<int:number>/revoke/", views.revoke, name="settings_revoke"),
    path("settings/user/", users.add, name="settings_user"),
    path("settings/user/<int:number>/", users.change, name="settings_user_change"),
    path("settings/deputy/", users.deputy, name="settings_deputy"),
    path("settings/deputy/<int:number>/end/", users.end, name="settings_deputy_end"),
]
