"""What the journal holds in words that a person reads, in the language in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from compagnon.core.models import Entry
from compagnon.desk.models import (
    Answer,
    ApprovalState,
    Attachment,
    Category,
    Channel,
    Impact,
    LinkKind,
    PendingReason,
    Priority,
    State,
    SupplyStage,
    Tag,
    TicketKind,
    Urgency,
)
from compagnon.park.models import Asset
from compagnon.people.models import Person, Team
from compagnon.ui import words

VERBS = {
    "ticket.open": (_("opened the ticket"), "ticket"),
    "ticket.qualify": (_("qualified the ticket"), "tags"),
    "ticket.tag": (_("changed the tags"), "tag"),
    "ticket.link_asset": (_("said which machine it is about"), "device-desktop"),
    "ticket.tell_affected": (_("wrote to those who are touched"), "users"),
    "ticket.take": (_("took the ticket"), "hand-stop"),
    "ticket.assign": (_("assigned the ticket"), "user-plus"),
    "ticket.reply": (_("answered"), "message"),
    "ticket.hear": (_("wrote"), "message"),
    "ticket.note": (_("wrote a note"), "note"),
    "ticket.pend": (_("put the ticket on hold"), "player-pause"),
    "ticket.resume": (_("resumed the ticket"), "player-play"),
    "ticket.remind": (_("sent a reminder"), "bell"),
    "ticket.stop_reminders": (_("stopped the reminders"), "player-stop"),
    "ticket.close_unanswered": (
        _("closed the ticket: no answer in spite of the reminders"),
        "clock-stop",
    ),
    "ticket.solve": (_("proposed a solution"), "circle-check"),
    "ticket.accept": (_("accepted the solution"), "thumb-up"),
    "ticket.refuse": (_("refused the solution"), "thumb-down"),
    "ticket.elapse": (_("closed the ticket: no answer in the stated delay"), "clock-stop"),
    "ticket.reopen": (_("reopened the ticket"), "refresh"),
    "ticket.started_elsewhere": (_("worked on the ticket, in the former desk"), "player-play"),
    "ticket.closed_elsewhere": (_("closed the ticket, in the former desk"), "archive"),
    "ticket.cancel": (_("cancelled the ticket"), "ban"),
    "ticket.escalate": (_("escalated the ticket"), "stairs-up"),
    "ticket.escalate_to_authority": (_("asked authority to act"), "flag"),
    "ticket.transfer": (_("transferred the ticket"), "switch-horizontal"),
    "ticket.plan_task": (_("planned a task"), "calendar-event"),
    "ticket.replan_task": (_("moved an appointment"), "calendar-event"),
    "ticket.complete_task": (_("reported a task as done"), "check"),
    "ticket.cancel_task": (_("gave up a task"), "x"),
    "ticket.prepare_sheet": (_("prepared the intervention sheet"), "clipboard-list"),
    "ticket.link": (_("linked the ticket to another"), "link"),
    "ticket.unlink": (_("took a link away"), "link-off"),
    "ticket.merge": (_("merged the ticket into another"), "git-merge"),
    "ticket.absorb": (_("merged another ticket into this one"), "git-merge"),
    "ticket.unmerge": (_("undid the merge"), "arrow-back-up"),
    "ticket.unabsorb": (_("took a merged ticket out again"), "arrow-back-up"),
    "ticket.split": (_("made a ticket of its own from a message"), "arrows-exchange"),
    "ticket.macro": (_("ran a macro"), "bolt"),
    "ticket.undo": (_("took back what was done last"), "arrow-back-up"),
    "ticket.watch": (_("added a watcher"), "eye"),
    "ticket.unwatch": (_("took a watcher off"), "eye-off"),
    "ticket.leave_copied": (_("left those in copy where they are"), "eye-off"),
    "ticket.ask_approval": (_("asked for an approval"), "checks"),
    "ticket.answer_approval": (_("answered an approval"), "checks"),
    "ticket.approved": (_("decided on an approval"), "checks"),
    "ticket.give_up_approval": (_("gave up an approval"), "x"),
    "ticket.name_approver": (_("named another approver"), "user-plus"),
    "ticket.remind_approvers": (_("reminded those whose approval is asked"), "bell"),
    "ticket.request": (_("filled in the form"), "clipboard-list"),
    "ticket.plan_approvals": (_("asked for the approvals of the request"), "checks"),
    "ticket.plan_tasks": (_("made the tasks of the request"), "calendar-event"),
    "ticket.free_tasks": (_("freed the tasks that waited"), "player-play"),
    "ticket.supply": (_("moved the supply on"), "truck"),
    "ticket.sign_sheet": (_("had the intervention sheet signed"), "writing-sign"),
}

FIELDS = {
    "state": _("state"),
    "pending_reason": _("reason"),
    "pending_until": _("until"),
    "priority": _("priority"),
    "impact": _("impact"),
    "urgency": _("urgency"),
    "category_id": _("category"),
    "service_id": _("service"),
    "request_type_id": _("request type"),
    "team_id": _("team"),
    "assignee_id": _("technician"),
    "kind": _("kind"),
    "title": _("title"),
    "affected_item": _("affected item"),
    "asset_id": _("asset"),
    "beneficiary_id": _("for"),
    "to_person_id": _("asked"),
    "spent_seconds": _("time spent"),
    "travel_seconds": _("travel time"),
    "reopen_count": _("reopenings"),
    "channel": _("came by"),
    "link_kind": _("link"),
    "watcher_id": _("watcher"),
    "other_ticket": _("ticket"),
    "approval": _("approval"),
    "approval_state": _("decision"),
    "answer": _("answer"),
    "tags_added": _("tags put on"),
    "tags_removed": _("tags taken off"),
    "supply_stage": pgettext_lazy("purchase", "supply"),
}

TAGS = ("tags_added", "tags_removed")
PEOPLE = ("assignee_id", "beneficiary_id", "to_person_id", "requester_id", "watcher_id")

SYSTEM = {
    "intake": _("Mail intake"),
    "listener": _("Mail listener"),
    "closing": _("Automatic closing"),
    "holding": _("End of the wait"),
    "approvals": _("Approvals"),
    "waiting": _("Reminders"),
    "clock": _("Contract clock"),
    "link": _("The user, by the link in the mail"),
    "import": _("Import"),
    "tags": _("Rule of a tag"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A field's value before and after."""

    label: Any
    before: Any
    after: Any
    is_duration: bool = False
    key: str = ""

    @property
    def before_words(self) -> str:
        """The value before, as text."""
        return self._said(self.before)

    @property
    def after_words(self) -> str:
        """The value after, as text; a dash for none."""
        return self._said(self.after) or "–"

    def _said(self, value: Any) -> str:
        if isinstance(value, datetime):
            return words.full_time(value)
        if self.is_duration and isinstance(value, int):
            return words.duration(value)
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Told:
    """An item of the timeline, ready to be shown.

    ``times`` is how often it was done in a row, told once; ``lines`` is how long a long text is,
    zero for one that is shown whole.
    """

    kind: str
    at: datetime
    item: Any
    author: str
    words: Any = ""
    icon: str = "circle-dot"
    changes: tuple[Change, ...] = ()
    internal: bool = False
    times: int = 1
    lines: int = 0
    pictures: tuple[Attachment, ...] = ()
    files: tuple[Attachment, ...] = ()
    verb: str = ""


class Names:
    """The names behind the keys of some entries, fetched in one query for each kind."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        values = [
            (key, value)
            for entry in entries
            for side in (entry.before, entry.after)
            for key, value in side.items()
        ]

        def keys(*wanted: str) -> set[int]:
            return {value for key, value in values if key in wanted and isinstance(value, int)}

        from compagnon.contracts.models import RequestType, Service

        people = keys(*PEOPLE)
        tagged = {one for key, value in values if key in TAGS for one in value}
        self._rows: dict[str, dict[int, Any]] = {}
        for names, model, found in (
            (PEOPLE, Person, people),
            (("team_id",), Team, keys("team_id")),
            (("asset_id",), Asset, keys("asset_id")),
            (("category_id",), Category, keys("category_id")),
            (("service_id",), Service, keys("service_id")),
            (("request_type_id",), RequestType, keys("request_type_id")),
            (TAGS, Tag, tagged),
        ):
            rows = model._default_manager.in_bulk(found) if found else {}
            for name in names:
                self._rows[name] = rows

    def shown(self, key: str, value: Any) -> Any:
        """Give a value as a person reads it."""
        if value is None or value == "":
            return ""
        if key in self._rows:
            named, keys = self._rows[key], value if key in TAGS else [value]
            return ", ".join(str(named.get(one, f"#{one}")) for one in keys)
        choices: Any = CHOICES.get(key)
        if choices is not None:
            try:
                return choices(value).label
            except ValueError:
                return value
        if key.endswith("_until") and isinstance(value, str):
            return parse_datetime(value) or value
        return value


CHOICES = {
    "state": State,
    "supply_stage": SupplyStage,
    "priority": Priority,
    "impact": Impact,
    "urgency": Urgency,
    "kind": TicketKind,
    "channel": Channel,
    "pending_reason": PendingReason,
    "link_kind": LinkKind,
    "approval_state": ApprovalState,
    "answer": Answer,
}


def changes_of(entry: Entry, names: Names) -> tuple[Change, ...]:
    """Give what an entry changed, field by field, in words; keys of rows are left out."""
    return tuple(
        Change(
            label=FIELDS[key],
            before=names.shown(key, entry.before.get(key)),
            # The journal knows that a personal text changed, not what it became.
            after=pgettext("field", "changed") if value is True else names.shown(key, value),
            is_duration=key.endswith("_seconds"),
            key=key,
        )
        for key, value in entry.after.items()
        if key in FIELDS
        and ((value is not None and value != "") or (entry.before.get(key) and not _ended(key)))
    )


def _ended(key: str) -> bool:
    """That a wait ended is told by the state."""
    return key.startswith("pending_")


def who(entry: Entry, person: Person | None) -> str:
    """Give the name under which the actor of an entry is shown."""
    if person is not None:
        return str(person)
    return str(SYSTEM.get(entry.actor_label, entry.actor_label or "Compagnon"))


def journal_lines(entries: Sequence[Entry]) -> list[Told]:
    """Turn entries into the lines of the journal's page."""
    names = Names(entries)
    people = Person.objects.in_bulk({e.actor_id for e in entries if e.actor_id})
    return [
        Told(
            "entry",
            entry.occurred_at,
            entry,
            who(entry, people.get(entry.actor_id or 0)),
            VERBS.get(entry.verb, (entry.verb, ""))[0],
            VERBS.get(entry.verb, ("", "circle-dot"))[1],
            changes_of(entry, names),
        )
        for entry in entries
    ]
