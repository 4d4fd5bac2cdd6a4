"""ServiceNow's audit log of incidents, one row an event, as its process-mining export gives it.

The columns are those of the table ``incident`` (number, incident_state, assignment_group,
reassignment_count, reopen_count, sys_updated_at, sys_mod_count…); ``?`` is an unknown value; dates
are day-month-year and local, with no zone.
"""

from __future__ import annotations

from compagnon.desk.bringing.dates import DAY_FIRST, ISO, YEAR_FIRST
from compagnon.desk.bringing.mapping import TableMapping

LEVELS = {"1 - high": 1, "2 - medium": 2, "3 - low": 3, "1": 1, "2": 2, "3": 3}
PENDING = {
    "awaiting user info": "waiting_user",
    "awaiting caller": "waiting_user",
    "awaiting vendor": "waiting_supplier",
    "awaiting problem": "other",
    "awaiting change": "other",
    "awaiting evidence": "other",
    "on hold": "other",
}

SERVICENOW = TableMapping(
    name="servicenow",
    layout="log",
    columns={
        "reference": "number",
        "at": "sys_updated_at",
        "order": "sys_mod_count",
        "by": "sys_updated_by",
        "state": "incident_state",
        "team": "assignment_group",
        "assignee": "assigned_to",
        "category": ["category", "subcategory"],
        "impact": "impact",
        "urgency": "urgency",
        "priority": "priority",
        "requester": "caller_id",
        "opened_by": "opened_by",
        "opened_at": "opened_at",
        "closed_at": "closed_at",
        "channel": "contact_type",
        "affected_item": "cmdb_ci",
        "solution": "closed_code",
        "solved_by": "resolved_by",
        "title": "short_description",
        "description": "description",
        "reassignments": "reassignment_count",
        "reopenings": "reopen_count",
    },
    values={
        "state": {
            "new": "new",
            "active": "open",
            "in progress": "open",
            "resolved": "solved",
            "closed": "closed",
            "canceled": "cancelled",
            "cancelled": "cancelled",
        }
        | {name: f"pending:{reason}" for name, reason in PENDING.items()},
        "impact": LEVELS,
        "urgency": LEVELS,
        "priority": {
            "1 - critical": 1,
            "2 - high": 2,
            "3 - moderate": 3,
            "4 - low": 4,
            "5 - planning": 5,
        }
        | {str(each): each for each in range(1, 6)},
        "channel": {
            "phone": "phone",
            "email": "mail",
            "self service": "portal",
            "self-service": "portal",
            "web": "portal",
            "walk-in": "desk",
            "direct opening": "desk",
            "ivr": "phone",
            "event": "alert",
            "monitoring": "alert",
        },
    },
    unknown=frozenset({"", "?"}),
    date_formats=(*DAY_FIRST, *YEAR_FIRST, ISO),
    month_may_lead=True,
    # Said again by the other columns: what an event changed, and that it is closed.
    ignore=frozenset({"active", "sys_created_by", "sys_created_at"}),
    # The group that the log hides behind «?» is a group: so its own count says.
    unknown_team_counts=True,
)
# Columns without which a file is no such log.
NEEDED = frozenset({"number", "incident_state", "sys_updated_at"})
