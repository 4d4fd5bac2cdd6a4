"""Opening a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.contracts import queries as contract_queries
from compagnon.contracts.models import RequestType, Service
from compagnon.contracts.services import clocks
from compagnon.core import journal
from compagnon.core.actor import Actor, Source
from compagnon.core.errors import Invalid, Refused
from compagnon.core.services import service
from compagnon.desk import rules
from compagnon.desk.events import TicketEvent, ticket_opened
from compagnon.desk.inbound.cleaning import line
from compagnon.desk.models import (
    Category,
    Channel,
    Impact,
    Mailbox,
    MailEvent,
    MessageKind,
    Ticket,
    TicketKind,
    Urgency,
)
from compagnon.desk.services import noticing, outgoing, writing
from compagnon.desk.services.assets import check_place
from compagnon.desk.services.changing import SUBJECT, facts_of, rules_of, subject_of
from compagnon.desk.services.tagging import put_by_rule
from compagnon.park.models import Asset
from compagnon.people.models import Person, Team

TITLE_MAX = 200
JOURNALED = (
    "kind", "channel", "requester_id", "beneficiary_id", "priority", "impact", "urgency",
    "category_id", "service_id", "team_id", "state",
)  # fmt: skip


@service("ticket.open")
def open_ticket(
    *,
    actor: Actor,
    requester: Person,
    title: str,
    text: str,
    kind: TicketKind = TicketKind.INCIDENT,
    channel: Channel = Channel.DESK,
    beneficiary: Person | None = None,
    service: Service | None = None,
    request_type: RequestType | None = None,
    category: Category | None = None,
    impact: Impact = Impact.LOW,
    urgency: Urgency = Urgency.MEDIUM,
    affected_item: str = "",
    asset: Asset | None = None,
    team: Team | None = None,
    mailbox: Mailbox | None = None,
    uploads: Sequence[writing.Upload] = (),
    html: str | None = None,
    quoted: str = "",
    internet_id: str = "",
    occurred_at: datetime | None = None,
    acknowledge: bool = True,
    external_reference: str | None = None,
) -> Ticket:
    """Open an incident or a service request, start its clocks and acknowledge it.

    A user opens for themselves or for a colleague of their organisation; support opens for
    anybody of the organisations they hold ``ticket.open`` on.

    Args:
        occurred_at: when the user asked, if earlier than now; the clocks count from then.

    Raises:
        Refused: the actor may not open for that person.
        Invalid: no title or text, or a category, service or team that does not fit.
    """
    now = timezone.now()
    at = min(occurred_at or now, now)
    beneficiary = beneficiary or requester
    _check_opening(actor, requester, beneficiary)
    title = line(title, TITLE_MAX)
    if not title:
        raise Invalid(_("Give the request a title."), fields={"title": [_("The title is empty.")]})
    text = writing.checked_text(text)
    if mailbox is not None:
        # Which address was written to says what it is about, until somebody qualifies it.
        category, service = category or mailbox.category, service or mailbox.service
    if request_type is not None:
        service = service or request_type.service
        kind = TicketKind(request_type.kind)
    ticket = Ticket(
        kind=kind,
        title=title,
        organisation=beneficiary.organisation,
        requester=requester,
        beneficiary=beneficiary,
        site_id=beneficiary.site_id,
        channel=channel,
        service=service,
        request_type=request_type,
        category=category,
        impact=impact,
        urgency=urgency,
        affected_item=(affected_item.strip() or (asset.name if asset else ""))[:120],
        asset=asset,
        team=team or (category.team if category else None) or (mailbox.team if mailbox else None),
        mailbox=mailbox,
        opened_at=at,
        activity_at=at,
        external_reference=external_reference or None,
    )
    if asset is not None:
        check_place(ticket, asset)
    ticket.priority = rules.priority(impact, urgency, rules_of(ticket).matrix)
    ticket.save(force_insert=True)
    message = writing.write(
        actor=actor,
        ticket=ticket,
        kind=MessageKind.DESCRIPTION,
        is_public=True,
        from_support=False,
        channel=channel,
        text=text,
        html=html,
        quoted=quoted,
        internet_id=internet_id,
        author_id=requester.pk,
        uploads=uploads,
        at=at,
    )
    clocks.start(actor=actor, subject=subject_of(ticket), facts=facts_of(ticket), at=at)
    summary = contract_queries.due_rows(SUBJECT, [ticket.pk]).get(ticket.pk)
    if summary is not None and summary.due_at is not None:
        ticket.due_at = summary.due_at
        ticket.save(update_fields=["due_at"])
    journal.record(
        actor=actor,
        verb="ticket.open",
        subject=ticket,
        after={name: getattr(ticket, name) for name in JOURNALED} | {"message_id": message.pk},
        occurred_at=at,
    )
    put_by_rule(actor=actor, ticket=ticket, at=at)
    if acknowledge:
        outgoing.queue(actor=actor, ticket=ticket, event=MailEvent.ACKNOWLEDGEMENT, at=now)
    noticing.tell(
        actor=actor,
        ticket=ticket,
        verb="ticket.open",
        at=at,
        changed={},
        after={"message_id": message.pk, "author_id": requester.pk},
    )
    ticket_opened.announce(TicketEvent(ticket.pk, ticket.organisation_id, actor.id))
    return ticket


def _check_opening(actor: Actor, requester: Person, beneficiary: Person) -> None:
    if actor.is_system or actor.source is Source.IMPORT:
        return
    if actor.scope.allows("ticket.open", beneficiary.organisation_id):
        return
    own = actor.id == requester.pk and actor.scope.reaches_own("ticket.own")
    if own and beneficiary.organisation_id == actor.scope.organisation_id:
        return
    raise Refused(_("You may open a request for yourself or a colleague of your organisation."))
