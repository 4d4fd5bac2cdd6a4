"""A day's work of each client, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils import timezone

from compagnon.desk import services, waiting
from compagnon.desk.models import (
    ActivityType,
    BulkVerb,
    CannedReply,
    Draft,
    Macro,
    Presence,
    Tag,
    TicketTemplate,
    Timer,
    WaitReason,
)
from compagnon.desk.services import bulk, tagging, timesheet
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import actor, system

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client a ticket on hold, an action on many, texts kept ready, time, a draft."""
    ticket, manager = side.objects["ticket"], side.manager
    held = factories.ticket(side.person, title=f"En attente {mark}", team=side.team)
    services.pend(
        actor=system(), ticket_id=held.pk, reason=waiting.chosen("waiting_user"),
        note=f"Attente de {mark}",
    )  # fmt: skip
    who = actor(manager)
    run = bulk.preview_bulk(
        actor=who, verb=BulkVerb.NOTE, values={"text": f"Pour tous {mark}"}, ticket_ids=[held.pk]
    )
    common: dict[str, Any] = {"organisation": side.organisation, "team": side.team}
    reply = CannedReply.objects.create(
        **common, name=f"Réponse {mark} {ticket.pk}", text=f"Bonjour de {mark}"
    )
    template = TicketTemplate.objects.create(
        **common, name=f"Gabarit {mark} {ticket.pk}", title=f"Arrivée {mark}"
    )
    macro = Macro.objects.create(
        **common, name=f"Macro {mark} {ticket.pk}", steps={"note": f"Vu {mark}"}
    )
    entry = timesheet.note_time(actor=who, ticket_id=ticket.pk, seconds=600, note=f"Vu {mark}")
    Timer.objects.get_or_create(
        person=manager, defaults={"ticket": ticket, "started_at": timezone.now()}
    )
    now = timezone.now()
    Presence.objects.create(ticket=ticket, person=manager, seen_at=now + timedelta(minutes=10))
    Draft.objects.create(
        person=manager, ticket=ticket, place="reply", text=f"Brouillon {mark}", updated_at=now
    )
    tag = tagging.create_tag(
        actor=system(), organisation=side.organisation, name=f"Étiquette {mark} {ticket.pk}"
    )
    services.tag_ticket(actor=who, ticket_id=ticket.pk, add=[tag])
    side.tickets.append(held)
    side.objects.update(
        tag=tag, held=held, bulk_run=run, canned_reply=reply, ticket_template=template, macro=macro,
        time_entry=entry, wait_reason=_reason(),
        activity_type=ActivityType.objects.get_or_create(name="Diagnostic")[0],
    )  # fmt: skip


def _reason() -> WaitReason:
    """Give a reason that is kept; a test that emptied every table has taken those that ship."""
    services.ensure_reasons(actor=system())
    return WaitReason.objects.order_by("pk")[0]


def _kept(name: str) -> Callable[[Any], list[Any]]:
    return lambda side: [side.objects[name].pk]


ROWS: dict[type[Model], Callable[[Any], Model]] = {
    WaitReason: lambda side: side.objects["wait_reason"],
    ActivityType: lambda side: side.objects["activity_type"],
    CannedReply: lambda side: side.objects["canned_reply"],
    Tag: lambda side: side.objects["tag"],
    TicketTemplate: lambda side: side.objects["ticket_template"],
}

PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "desk/waiting/<ticket_id>": _kept("held"),
    "desk/bulk/<run_id>": _kept("bulk_run"),
    "desk/bulk/<run_id>/do/<name>": lambda side: ["start", "stop", "read"],
    "desk/macros/<macro_id>": _kept("macro"),
    "desk/tags/<tag_id>": _kept("tag"),
    "api/v1/tags/<tag_id>": _kept("tag"),
    "desk/tickets/<ticket_id>/macros/<macro_id>": _kept("macro"),
    "desk/tickets/<ticket_id>/time/<name>": lambda side: ["note", "start"],
    "desk/time/entries/<entry_id>": _kept("time_entry"),
    "api/v1/bulk-actions/<run_id>": _kept("bulk_run"),
    "api/v1/macros/<macro_id>": _kept("macro"),
    "api/v1/tickets/<ticket_id>/macros/<macro_id>": _kept("macro"),
    "api/v1/time-entries/<entry_id>": _kept("time_entry"),
}
