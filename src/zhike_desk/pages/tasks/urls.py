"""Routes of tasks."""

from __future__ import annotations

from django.urls import path

from zhike_desk.pages.tasks import views, writing

urlpatterns = [
    path("tasks/", views.tasks, name="tasks"),
    path("tasks/count/", views.count, name="tasks_count"),
    path("tasks/week/", views.week, name="tasks_week"),
    path("tasks/new/", writing.new, name="tasks_new"),
    path("tasks/many/", writing.many, name="tasks_many"),
    path("tasks/<int:task>/", views.row, name="tasks_row"),
    path("tasks/<int:task>/why/", views.why, name="tasks_why"),
    path("tasks/<int:task>/edit/", views.edit, name="tasks_edit"),
    path("tasks/<int:task>/write/", writing.write, name="tasks_write"),
    path("tasks/<int:task>/end/", writing.end, name="tasks_end"),
]
