"""Routes of a day's work: waits, bulk actions, presence, drafts, phrases, times, undoing."""

from __future__ import annotations

from django.urls import include, path

from compagnon.desk.resources_daily import (
    ACTIVITY_TYPES,
    CANNED_REPLIES,
    TICKET_TEMPLATES,
    WAIT_REASONS,
)
from compagnon.desk.resources_tags import TAGS
from compagnon.desk.views import bulk, phrases, presence, tags, timesheet, undoing, waiting

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
    path("desk/canned-replies/", include(CANNED_REPLIES.urls())),
    path("desk/ticket-templates/", include(TICKET_TEMPLATES.urls())),
    path("desk/activity-types/", include(ACTIVITY_TYPES.urls())),
    path("desk/time/", timesheet.week, name="time"),
    path("desk/time/export.csv", timesheet.export, name="time_export"),
    path("desk/time/entries/<int:entry_id>/", timesheet.entry, name="time_entry"),
    path("desk/tickets/<int:ticket_id>/time/", timesheet.on_ticket, name="time_on_ticket"),
    path("desk/tickets/<int:ticket_id>/time/<slug:name>/", timesheet.act, name="time_act"),
    path("desk/tags/", tags.index, name="tags"),
    path("desk/tags/<int:tag_id>/merge/", tags.merge, name="tag_merge"),
    path("desk/tags/all/", include(TAGS.urls())),
    path("desk/macros/", phrases.index, name="macros"),
    path("desk/macros/add/", phrases.edit, name="macro_add"),
    path("desk/macros/<int:macro_id>/change/", phrases.edit, name="macro_change"),
    path("desk/macros/<int:macro_id>/delete/", phrases.delete, name="macro_delete"),
    path("desk/tickets/<int:ticket_id>/phrases/", phrases.on_ticket, name="phrases"),
    path("desk/tickets/<int:ticket_id>/macros/<int:macro_id>/", phrases.run, name="macro_run"),
]
