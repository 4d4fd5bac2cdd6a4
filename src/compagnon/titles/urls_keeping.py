"""Route of the page of personal data."""

from __future__ import annotations

from django.urls import path

from compagnon.titles.views import keeping

urlpatterns = [path("personal-data/", keeping.personal_data, name="personal_data")]
