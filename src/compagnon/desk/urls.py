"""Routes of the desk's pages."""

from __future__ import annotations

from django.urls import include, path

from compagnon.desk import (
    urls_assets,
    urls_connections,
    urls_daily,
    urls_notices,
    urls_portal,
    urls_supply,
)
from compagnon.desk.resources import CATEGORIES, MAILBOXES
from compagnon.desk.views import (
    assets,
    board,
    exporting,
    imports,
    intake,
    links,
    opening,
    outgoing,
    picking,
    planner,
    queue,
    queue_columns,
    rules,
    saved_views,
    ticket,
    work,
)

app_name = "desk"

urlpatterns = [
    path("", queue.home, name="home"),
    path("desk/queue/", queue.queue, name="queue"),
    path("desk/queue/export.csv", exporting.tickets, name="queue_export"),
    path("desk/queue/columns/", queue_columns.choose, name="queue_columns"),
    path("desk/views/", saved_views.index, name="views"),
    path("desk/views/new/", saved_views.new, name="view_new"),
    path("desk/views/<int:view_id>/", saved_views.change, name="view_change"),
    path("desk/views/<int:view_id>/delete/", saved_views.delete, name="view_delete"),
    path("desk/calendar/", planner.show, name="calendar"),
    path("desk/calendar/address/", planner.address, name="calendar_address"),
    path("desk/calendar/tasks/<int:task_id>/move/", planner.move, name="calendar_move"),
    path("calendar/<str:secret>/appointments.ics", planner.feed, name="calendar_feed"),
    path("desk/board/", board.show, name="board"),
    path("desk/board/move/", board.move, name="board_move"),
    path("desk/board/<int:ticket_id>/<slug:name>/", board.words, name="board_words"),
    path("requests/", queue.requests, name="requests"),
    path("requests/followed/", queue.followed, name="followed"),
    path("desk/tickets/pick/", picking.tickets, name="pick_tickets"),
    path("desk/tickets/new/", opening.new, name="new"),
    path("desk/tickets/<int:ticket_id>/", ticket.ticket, name="ticket"),
    path("desk/tickets/<int:ticket_id>/journal/", ticket.journal, name="journal"),
    path("desk/tickets/<int:ticket_id>/do/<slug:name>/", ticket.act, name="act"),
    path("desk/tickets/<int:ticket_id>/asset/", assets.link, name="link_asset"),
    path("desk/tickets/<int:ticket_id>/affected/", assets.note_affected, name="note_affected"),
    *urls_assets.urlpatterns,
    path("desk/attachments/<int:attachment_id>/", ticket.attachment, name="attachment"),
    path("desk/messages/<int:message_id>/", ticket.message_html, name="message_html"),
    path("desk/tasks/", work.tasks, name="tasks"),
    path("desk/tasks/<int:task_id>/", work.task, name="task"),
    path("desk/tasks/<int:task_id>/do/<slug:name>/", work.act, name="task_act"),
    path("desk/sheets/<int:sheet_id>/signature/", work.signature, name="signature"),
    path("desk/intake/", intake.intake, name="intake"),
    path("desk/intake/<int:inbound_id>/", intake.message, name="inbound"),
    path("desk/intake/<int:inbound_id>/raw/", intake.raw, name="inbound_raw"),
    path("desk/intake/<int:inbound_id>/do/<slug:name>/", intake.act, name="inbound_act"),
    path("desk/outgoing/", outgoing.outgoing, name="outgoing"),
    path("desk/outgoing/<int:mail_id>/retry/", outgoing.retry, name="outgoing_retry"),
    path("desk/categories/", include(CATEGORIES.urls())),
    path("desk/mailboxes/", include(MAILBOXES.urls())),
    path("desk/imports/", imports.index, name="imports"),
    path("desk/imports/new/", imports.new, name="import_new"),
    path("desk/imports/<int:import_id>/", imports.one, name="import"),
    path("desk/imports/<int:import_id>/confirm/", imports.confirm, name="import_confirm"),
    path("desk/rules/", rules.index, name="rules"),
    path("desk/rules/<int:organisation_id>/", rules.change, name="rules_change"),
    *urls_daily.urlpatterns,
    *urls_connections.patterns,
    path("answer/<str:token>/", links.answer, name="answer"),
    path("sign/<str:token>/", links.sign, name="sign_link"),
]
urlpatterns += urls_notices.urlpatterns + urls_portal.urlpatterns + urls_supply.urlpatterns
