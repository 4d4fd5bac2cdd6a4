"""Routes of a day's work: waits, bulk actions, presence, drafts, phrases, times, undoing."""

from __future__ import annotations

from django.urls import include, path

from compagnon.desk.resources_daily import WAIT_REASONS
from compagnon.desk.views import waiting

urlpatterns = [
    path("desk/waiting/", waiting.index, name="waits"),
    path("desk/waiting/<int:ticket_id>/stop/", waiting.stop, name="wait_stop"),
    path("desk/wait-reasons/", include(WAIT_REASONS.urls())),
]
