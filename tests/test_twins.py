"""Everything the pages do, the API does: each page of the first rooms has its operation.

A page that is not here, or whose operation is gone, fails. Tables declared with ``core.crud`` have
their twins by construction.
"""

from __future__ import annotations

from collections.abc import Mapping

from compagnon.config.api import document
from compagnon.config.tests import (
    walking,
    world_connections,
    world_directories,
    world_signin,
    world_supply,
)
from compagnon.core.crud import all_resources
from compagnon.desk.verbs_on_pages import BY_NAME

# Being built with its operations: to be held here when it lands.
LATER = ("desk/imports/",)
ROOMS = (
    "admin/", "calendars/", "catalogue/", "contracts/", "desk/", "people/", "portal/requests/",
    "portal/approvals/", "portal/catalogue/", "portal/report/", "requests/",
)  # fmt: skip
# The page, and the operations that do what it does.
TWINS: Mapping[str, str] = {
    "admin/journal/": "GET /journal",
    "admin/journal/export.csv": "GET /journal",
    "admin/tasks/": "GET /background-work, GET /background-tasks",
    "admin/tasks/<task_id>/do/<name>/":
        "POST /background-tasks/{task_id}/retry, DELETE /background-tasks/{task_id}",
    "admin/tasks/retry/": "POST /background-work/retry",
    "calendars/": "GET /calendars",
    "calendars/<calendar_id>/": "GET /calendars/{calendar_id}, GET /calendars/{calendar_id}/year",
    "calendars/<calendar_id>/change/":
        "PATCH /calendars/{calendar_id}, POST /calendars/{calendar_id}/what-if",
    "calendars/<calendar_id>/delete/": "DELETE /calendars/{calendar_id}",
    "calendars/add/": "POST /calendars",
    "catalogue/": "GET /services, GET /request-types",
    "contracts/": "GET /contracts",
    "contracts/<contract_id>/":
        "GET /contracts/{contract_id}, GET /commitments, GET /contracts/{contract_id}/kept",
    "contracts/<contract_id>/activate/": "POST /contracts/{contract_id}/activate",
    "contracts/<contract_id>/change/": "PATCH /contracts/{contract_id}",
    "contracts/<contract_id>/delete/": "DELETE /contracts/{contract_id}",
    "contracts/<contract_id>/end/": "POST /contracts/{contract_id}/end",
    "contracts/<contract_id>/terms/":
        "POST /contracts/{contract_id}/terms, POST /contracts/{contract_id}/what-if",
    "contracts/add/": "POST /contracts",
    "contracts/clocks/<clock_id>/": "GET /clocks/{subject_kind}/{subject_id}",
    "desk/board/": "GET /tickets",
    "desk/board/<ticket_id>/<name>/": "GET /tickets/{ticket_id}",
    "desk/board/move/":
        "POST /tickets/{ticket_id}/take, POST /tickets/{ticket_id}/resume, "
        "PATCH /tickets/{ticket_id}, POST /tickets/{ticket_id}/assign",
    "desk/calendar/": "GET /work-tasks, GET /tickets",
    "desk/calendar/address/": "POST /me/calendar-address, DELETE /me/calendar-address",
    "desk/calendar/tasks/<task_id>/move/": "POST /work-tasks/{task_id}/move",
    "desk/views/": "GET /saved-views, GET /saved-view-counts",
    "desk/views/<view_id>/": "PATCH /saved-views/{view_id}, GET /saved-views/{view_id}",
    "desk/views/<view_id>/delete/": "DELETE /saved-views/{view_id}",
    "desk/views/new/": "POST /saved-views",
    "desk/attachments/<attachment_id>/": "GET /attachments/{attachment_id}/content",
    "desk/for-me/": "GET /notices",
    "desk/for-me/<notice_id>/": "POST /notices/read",
    "desk/for-me/bell/": "GET /notices",
    "desk/for-me/browsers/<subscription_id>/forget/":
        "DELETE /push-subscriptions/{subscription_id}",
    "desk/for-me/choice/": "POST /notices/choice",
    "desk/for-me/choices/": "GET /notice-ways, GET /notice-times, GET /push-subscriptions",
    "desk/for-me/times/": "POST /notice-times",
    "desk/for-me/ways/": "POST /notice-ways",
    "desk/for-me/read/": "POST /notices/read",
    "desk/bulk/": "GET /bulk-actions",
    "desk/bulk/<run_id>/": "GET /bulk-actions/{run_id}, GET /bulk-actions/{run_id}/tickets",
    "desk/bulk/<run_id>/do/<name>/":
        "POST /bulk-actions/{run_id}/start, POST /bulk-actions/{run_id}/stop, "
        "POST /bulk-actions/{run_id}/read",
    "desk/bulk/new/": "POST /bulk-actions",
    "desk/bulk/news/": "GET /bulk-actions",
    "desk/drafts/": "GET /drafts, POST /drafts",
    "desk/tickets/<ticket_id>/machine/": "GET /tickets/{ticket_id}/asset",
    "desk/tickets/<ticket_id>/affected/write/":
        "GET /tickets/{ticket_id}/affected, POST /tickets/{ticket_id}/affected/message",
    "people/me/data/": "GET /persons/{person_id}/data",
    "people/persons/<pk>/data/": "GET /persons/{person_id}/data",
    "people/persons/<pk>/data/erase/": "POST /persons/{person_id}/erasures",
    "people/persons/<pk>/data/export/": "GET /persons/{person_id}/data/archive",
    "people/privacy/": "GET /privacy/register",
    "people/privacy/erasures/": "GET /erasures",
    "people/privacy/erasures/<pk>/": "GET /erasures/{erasure_id}",
    "people/privacy/register.csv": "GET /privacy/register",
    "people/privacy/terms/<key>/": "PATCH /privacy/register/{key}",
    "desk/intake/": "GET /intake/messages, GET /intake/silence",
    "desk/intake/<inbound_id>/": "GET /intake/messages/{message_id}",
    "desk/intake/<inbound_id>/do/<name>/":
        "POST /intake/messages/{message_id}/replay, POST /intake/messages/{message_id}/admit, "
        "POST /intake/messages/{message_id}/dismiss",
    "desk/intake/<inbound_id>/raw/": "GET /intake/messages/{message_id}/raw",
    "desk/tags/": "GET /tags",
    "desk/tags/<tag_id>/merge/": "POST /tags/{tag_id}/merge",
    "desk/macros/": "GET /macros",
    "desk/macros/<macro_id>/change/": "GET /macros/{macro_id}, PATCH /macros/{macro_id}",
    "desk/macros/<macro_id>/delete/": "DELETE /macros/{macro_id}",
    "desk/macros/add/": "POST /macros",
    "desk/messages/<message_id>/": "GET /messages/{message_id}",
    "desk/outgoing/": "GET /outgoing-mail",
    "desk/outgoing/<mail_id>/retry/": "POST /outgoing-mail/{mail_id}/retry",
    "desk/queue/": "GET /tickets, GET /ticket-queues",
    "desk/queue/columns/": "GET /queue-columns, POST /queue-columns",
    "desk/rules/": "GET /organisations/{organisation_id}/desk-rules",
    "desk/rules/<organisation_id>/": "POST /organisations/{organisation_id}/desk-rules",
    "desk/sheets/<sheet_id>/signature/": "GET /sheets/{sheet_id}/signature",
    "desk/tasks/": "GET /work-tasks",
    "desk/tasks/<task_id>/": "GET /work-tasks/{task_id}, GET /sheets/{sheet_id}",
    "desk/tasks/<task_id>/do/<name>/":
        "POST /work-tasks/{task_id}/complete, POST /work-tasks/{task_id}/cancel, "
        "POST /work-tasks/{task_id}/sheet, POST /sheets/{sheet_id}/sign",
    "desk/tickets/<ticket_id>/":
        "GET /tickets/{ticket_id}, GET /tickets/{ticket_id}/messages, "
        "GET /tickets/{ticket_id}/tasks, GET /tickets/{ticket_id}/solutions, "
        "GET /tickets/{ticket_id}/mail, GET /clocks/{subject_kind}/{subject_id}",
    "desk/queue/export.csv": "GET /tickets",
    "desk/tickets/<ticket_id>/affected/": "POST /tickets/{ticket_id}/affected",
    "desk/tickets/<ticket_id>/asset/": "POST /tickets/{ticket_id}/asset, "
    "GET /tickets/{ticket_id}/asset",
    "desk/tickets/<ticket_id>/journal/": "GET /tickets/{ticket_id}/journal",
    "desk/tickets/<ticket_id>/macros/<macro_id>/":
        "GET /tickets/{ticket_id}/macros/{macro_id}, POST /tickets/{ticket_id}/macros/{macro_id}",
    "desk/tickets/<ticket_id>/phrases/": "GET /tickets/{ticket_id}/canned-replies",
    "desk/tickets/<ticket_id>/presence/":
        "GET /tickets/{ticket_id}/presence, POST /tickets/{ticket_id}/presence",
    "desk/tickets/<ticket_id>/time/": "GET /time-entries",
    "desk/tickets/<ticket_id>/time/<name>/":
        "POST /tickets/{ticket_id}/time-entries, POST /tickets/{ticket_id}/timer, "
        "POST /timer/stop",
    "desk/tickets/<ticket_id>/undo/":
        "GET /tickets/{ticket_id}/undo, POST /tickets/{ticket_id}/undo",
    "desk/tickets/new/": "POST /tickets",
    "desk/time/": "GET /time-entries, GET /work-tasks",
    "desk/time/entries/<entry_id>/":
        "PATCH /time-entries/{entry_id}, DELETE /time-entries/{entry_id}",
    "desk/time/export.csv": "GET /time-entries, GET /work-tasks",
    "desk/waiting/": "GET /waits, GET /tickets/{ticket_id}/wait",
    "desk/waiting/<ticket_id>/stop/": "POST /tickets/{ticket_id}/stop-reminders",
    "desk/tickets/pick/": "GET /pick/tickets",
    "people/accounts/<pk>/<action>/":
        "POST /accounts/{account_id}/invite, POST /accounts/{account_id}/deactivate, "
        "POST /accounts/{account_id}/reactivate, POST /accounts/{account_id}/sign-out, "
        "POST /accounts/{account_id}/forget-second-factor",
    "people/accounts/<pk>/address/": "PATCH /accounts/{account_id}",
    "people/me/": "PATCH /me, GET /me/sessions, DELETE /me/sessions/{session_id}",
    "people/me/tokens/": "POST /tokens",
    "people/me/tokens/<pk>/revoke/": "DELETE /tokens/{token_id}",
    "people/organisations/<pk>/close/": "POST /organisations/{organisation_id}/deactivate",
    "people/organisations/<pk>/domains/": "POST /organisations/{organisation_id}/domains",
    "people/organisations/<pk>/reopen/": "POST /organisations/{organisation_id}/reactivate",
    "people/organisations/tree/": "GET /organisations",
    "people/persons/<pk>/<action>/":
        "POST /persons/{person_id}/deactivate, POST /persons/{person_id}/reactivate",
    "people/persons/<pk>/account/": "POST /accounts",
    "people/persons/<pk>/contacts/": "POST /persons/{person_id}/contact-points",
    "people/persons/<pk>/contacts/<point_id>/<action>/":
        "POST /contact-points/{point_id}/make-primary, DELETE /contact-points/{point_id}",
    "people/persons/<pk>/merge/": "POST /persons/{person_id}/merge",
    "people/persons/<pk>/roles/": "POST /role-assignments",
    "people/persons/<pk>/roles/<assignment_id>/take/": "DELETE /role-assignments/{assignment_id}",
    "people/persons/<pk>/teams/": "POST /teams/{team_id}/members",
    "people/persons/<pk>/teams/<team_id>/leave/": "DELETE /teams/{team_id}/members/{person_id}",
    "people/pick/persons/": "GET /pick/persons",
    "people/roles/": "GET /roles, GET /verbs",
    "people/roles/<pk>/": "PATCH /roles/{role_id}",
    "people/roles/<pk>/delete/": "DELETE /roles/{role_id}",
    "people/roles/add/": "POST /roles",
    "people/teams/<pk>/members/": "POST /teams/{team_id}/members",
    "people/teams/<pk>/members/<person_id>/remove/": "DELETE /teams/{team_id}/members/{person_id}",
    "catalogue/request-types/<type_id>/form/":
        "GET /request-types/{type_id}/form, GET /form-versions",
    "catalogue/request-types/<type_id>/form/<kind>/<key>/": "PATCH /request-types/{type_id}/form",
    "catalogue/request-types/<type_id>/form/do/<name>/":
        "PATCH /request-types/{type_id}/form, POST /request-types/{type_id}/form/publish, "
        "POST /request-types/{type_id}/form/withdraw, POST /request-types/{type_id}/form/import",
    "catalogue/request-types/<type_id>/form/export/": "GET /request-types/{type_id}/form/export",
    "catalogue/request-types/<type_id>/form/preview/": "GET /request-types/{type_id}/form",
    "portal/catalogue/": "GET /request-types, GET /form-versions, GET /me/request-drafts",
    "portal/catalogue/<type_id>/":
        "POST /request-types/{type_id}/draft, DELETE /request-types/{type_id}/draft",
    "portal/catalogue/<type_id>/review/": "POST /service-requests",
    "portal/approvals/": "GET /me/approvals",
    "portal/approvals/<approval_id>/": "GET /approvals/{approval_id}",
    "portal/approvals/<approval_id>/approvers/": "GET /approvals/{approval_id}/approvers",
    "portal/approvals/<approval_id>/do/<name>/":
        "POST /approvals/{approval_id}/decide, POST /approvals/{approval_id}/name-approver, "
        "POST /approvals/{approval_id}/give-up",
    "portal/report/": "POST /tickets",
    "portal/requests/": "GET /tickets",
    "portal/requests/<ticket_id>/":
        "GET /tickets/{ticket_id}, GET /tickets/{ticket_id}/messages, "
        "GET /tickets/{ticket_id}/answers, GET /tickets/{ticket_id}/fulfilment",
    "portal/requests/<ticket_id>/do/<name>/":
        "POST /tickets/{ticket_id}/messages, POST /tickets/{ticket_id}/accept, "
        "POST /tickets/{ticket_id}/refuse, POST /tickets/{ticket_id}/reopen",
    "requests/": "GET /tickets",
    "requests/followed/": "GET /tickets",
} | world_connections.TWINS | world_directories.TWINS | world_signin.TWINS | (
    world_supply.TWINS
)  # fmt: skip
# The verbs of a ticket's page.
VERBS: Mapping[str, str] = {
    "reply": "POST /tickets/{ticket_id}/messages",
    "note": "POST /tickets/{ticket_id}/notes",
    "qualify": "PATCH /tickets/{ticket_id}",
    "escalate": "POST /tickets/{ticket_id}/escalations",
    "transfer": "POST /tickets/{ticket_id}/transfers",
    "authority": "POST /tickets/{ticket_id}/authority",
    "plan": "POST /tickets/{ticket_id}/tasks",
    "ask-approval": "POST /tickets/{ticket_id}/approvals",
    "link": "POST /tickets/{ticket_id}/links",
    "unlink": "DELETE /tickets/{ticket_id}/links/{link_id}",
    "tags": "POST /tickets/{ticket_id}/tags",
    "watch": "POST /tickets/{ticket_id}/watchers",
    "add-watcher": "POST /tickets/{ticket_id}/watchers",
    "unwatch": "DELETE /tickets/{ticket_id}/watchers/{person_id}",
    "split": "POST /tickets/{ticket_id}/messages/{message_id}/split",
}


def operations() -> set[str]:
    """Give what the API does: ``POST /tickets/{ticket_id}/take``."""
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in document()["paths"].items()
        for method in methods
    }


def pages() -> set[str]:
    """Give the pages of the rooms held here, but those of declared tables."""
    declared = tuple(
        resource.url("list").lstrip("/")
        for resource in all_resources().values()
        if resource.model._meta.app_label in {"people", "contracts", "desk"}
    )
    own = tuple(one for one in TWINS if one.startswith(declared))
    return {
        page
        for page in (route.template for route in walking.routes())
        if page.startswith(ROOMS)
        and not page.startswith(LATER)
        and not (page.startswith(declared) and page not in own)
    }


def test_every_page_has_its_operations() -> None:
    assert pages() - set(TWINS) - {"desk/tickets/<ticket_id>/do/<name>/"} == set()
    assert set(TWINS) - pages() == set(), "no such page any more"


def test_every_operation_exists() -> None:
    known = operations()
    named = {one.strip() for line in TWINS.values() for one in line.split(",")}
    assert named - known == set()


def test_every_verb_of_a_tickets_page_has_its_operation() -> None:
    known = operations()
    for name in BY_NAME:
        assert VERBS.get(name, f"POST /tickets/{{ticket_id}}/{name}") in known, name
