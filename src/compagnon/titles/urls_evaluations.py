"""Routes of evaluations."""

from __future__ import annotations

from django.urls import path

from compagnon.titles.views import evaluations as views

urlpatterns = [
    path("evaluations/", views.evaluation_list, name="evaluation_list"),
    path("evaluations/worker.js", views.worker, name="evaluation_worker"),
    path("evaluations/of/<int:candidacy_id>/", views.of_candidacy, name="evaluations_of"),
    path("evaluations/plan/<int:candidacy_id>/", views.plan, name="evaluation_plan"),
    path("evaluations/booklet/<int:candidacy_id>/", views.booklet, name="evaluation_booklet"),
    path("evaluations/<int:evaluation_id>/", views.evaluation, name="evaluation"),
    path("evaluations/<int:evaluation_id>/do/<slug:name>/", views.do, name="evaluation_do"),
]
