"""Routes of a day's work: waits, bulk actions, presence, drafts, phrases, times, undoing."""

from __future__ import annotations

from django.urls import include, path

from compagnon.desk.resources_daily import WAIT_REASONS
from compagnon.desk.views import bulk, presence, undoing, waiting

urlpatterns = [
    path("desk/bulk/", bulk.index, name="bulk_runs"),
    path("desk/bulk/new/", bulk.new, name="bulk_new"),
    path("desk/bulk/news/", bulk.news, name="bulk_news"),
    path("desk/bulk/<int:run_id>/", bulk.one, name="bulk_run"),
    path("desk/bulk/<int:run_id>/do/<slug:name>/", bulk.act, name="bulk_act"),
    path("desk/tickets/<int:ticket_id>/presence/", presence.beat, name="presence"),
    path("desk/tickets/<int:ticket_id>/undo/", undoing.undo, name="undo"),
    path("desk/drafts/", presence.drafts, name="drafts"),
    path("desk/waiting/", waiting.index, name="waits"),
    path("desk/waiting/<int:ticket_id>/stop/", waiting.stop, name="wait_stop"),
    path("desk/wait-reasons/", include(WAIT_REASONS.urls())),
]
