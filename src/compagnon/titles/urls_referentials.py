"""Routes of referentials."""

from __future__ import annotations

from django.urls import path

from compagnon.titles.views import referentials as views

urlpatterns = [
    path("referentials/", views.title_list, name="title_list"),
    path("referentials/import/", views.import_document, name="import_document"),
    path("referentials/import/confirm/", views.confirm_import, name="confirm_import"),
    path("referentials/versions/<int:version_id>/", views.version, name="version"),
    path("referentials/documents/<int:document_id>/", views.document_file, name="document_file"),
    path("referentials/correspondences/", views.correspondence_list, name="correspondence_list"),
    path(
        "referentials/correspondences/<int:correspondence_id>/",
        views.answer,
        name="correspondence_answer",
    ),
]
