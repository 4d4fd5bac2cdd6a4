"""Tickets by API: the same verbs as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query

from compagnon.contracts.models import RequestType, Service
from compagnon.core.api import ApiRequest, Id, Routes, expected_version
from compagnon.core.errors import Invalid
from compagnon.core.models import Entry
from compagnon.core.visibility import visible
from compagnon.desk import following, queries, search, services, tags, waiting
from compagnon.desk.api import schemas, schemas_writing
from compagnon.desk.choosing import chosen, chosen_person, required
from compagnon.desk.models import (
    Category,
    Channel,
    Escalation,
    Impact,
    Message,
    OutgoingMail,
    Solution,
    SolutionKind,
    Ticket,
    TicketKind,
    Urgency,
)
from compagnon.park.models import Asset
from compagnon.people.models import Person, Team

router = Routes(tag="tickets")


@router.index("/tickets", schemas.TicketOut)
def list_tickets(request: ApiRequest, query: Query[schemas.TicketQuery]) -> QuerySet[Ticket]:
    """List the tickets that you may see.

    `queue` narrows to one of the lists that technicians work from, `q` to tickets that hold these
    words, `followed` to the organisations whose requests you follow without working on them.
    Filters add up. What is due is told to who works on the ticket only.
    """
    rows = queries.tickets(request.actor).filter(
        queries.in_queue(queries.Queue(query.queue), request.actor)
    )
    rows = rows.select_related("site").prefetch_related(tags.prefetched(request.actor))
    if query.tag is not None:
        rows = rows.filter(tags.on_tickets(request.actor, [query.tag]))
    if query.followed:
        rows = rows.filter(pk__in=following.followed(request.actor).values("pk"))
    if query.queue == "breaching" or query.ordering.endswith("due_at"):
        rows = following.worked_on(request.actor, rows)
    if query.reference is not None:
        found = queries.find_by_reference(request.actor, query.reference)
        rows = rows.filter(pk=found.pk) if found else rows.none()
    return search.matching(request.actor, rows, query.q) if query.q else rows


@router.create("/tickets", schemas.TicketOut, location=lambda ticket: f"/tickets/{ticket.pk}")
def open_ticket(request: ApiRequest, body: schemas.OpenIn) -> Ticket:
    """Open a ticket."""
    actor = request.actor
    requester_id = body.requester_id if body.requester_id is not None else actor.id
    if requester_id is None:
        raise Invalid(fields={"requester_id": [_("Say for whom.")]})
    requester = chosen_person(actor, requester_id, "requester_id")
    ticket = services.open_ticket(
        actor=actor,
        requester=requester,
        beneficiary=chosen_person(actor, body.beneficiary_id, "beneficiary_id")
        if body.beneficiary_id
        else None,
        title=body.title,
        text=body.text,
        kind=TicketKind(body.kind),
        channel=Channel(body.channel),
        service=chosen(Service, actor, body.service_id, "service_id"),
        request_type=chosen(RequestType, actor, body.request_type_id, "request_type_id"),
        category=chosen(Category, actor, body.category_id, "category_id"),
        team=chosen(Team, actor, body.team_id, "team_id"),
        impact=Impact(body.impact),
        urgency=Urgency(body.urgency),
        affected_item=body.affected_item,
        asset=chosen(Asset, actor, body.asset_id, "asset_id"),
        uploads=[file.upload() for file in body.files],
    )
    return schemas.shown(ticket)


@router.show("/tickets/{ticket_id}", schemas.TicketOut)
def get_ticket(request: ApiRequest, ticket_id: Id) -> Ticket:
    """Read a ticket."""
    return queries.get_ticket(request.actor, ticket_id)


@router.change("/tickets/{ticket_id}", schemas.TicketOut)
def qualify_ticket(request: ApiRequest, ticket_id: Id, body: schemas.QualifyIn) -> Ticket:
    """Qualify a ticket: only the fields that are sent change; the priority follows."""
    actor = request.actor
    ticket = queries.get_ticket(actor, ticket_id)
    sent = body.model_dump(exclude_unset=True)
    values: dict[str, Any] = {}
    for name, model in (
        ("category", Category),
        ("service", Service),
        ("request_type", RequestType),
    ):
        if f"{name}_id" in sent:
            values[name] = chosen(model, actor, sent[f"{name}_id"], f"{name}_id")
    for name, convert in (
        ("title", str),
        ("affected_item", str),
        ("kind", TicketKind),
        ("impact", Impact),
        ("urgency", Urgency),
    ):
        if sent.get(name) is not None:
            values[name] = convert(sent[name])
        elif name in sent:
            raise Invalid(fields={name: [_("This cannot be empty.")]})
    if sent.get("beneficiary_id"):
        values["beneficiary"] = chosen_person(actor, sent["beneficiary_id"], "beneficiary_id")
    changed = services.qualify(
        actor=actor,
        ticket_id=ticket.pk,
        expected_version=expected_version(request, ticket),
        **values,
    )
    return schemas.shown(changed)


@router.act("/tickets/{ticket_id}/take", schemas.TicketOut)
def take_ticket(request: ApiRequest, ticket_id: Id) -> Ticket:
    """Take a ticket for yourself."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return schemas.shown(
        services.take(
            actor=request.actor,
            ticket_id=ticket.pk,
            expected_version=expected_version(request, ticket),
        )
    )


@router.act("/tickets/{ticket_id}/assign", schemas.TicketOut)
def assign_ticket(request: ApiRequest, ticket_id: Id, body: schemas.AssignIn) -> Ticket:
    """Give a ticket to a team, a technician, both or nobody."""
    actor = request.actor
    ticket = queries.get_ticket(actor, ticket_id)
    return schemas.shown(
        services.assign(
            actor=actor,
            ticket_id=ticket.pk,
            team=chosen(Team, actor, body.team_id, "team_id"),
            assignee=chosen(Person, actor, body.assignee_id, "assignee_id"),
            expected_version=expected_version(request, ticket),
        )
    )


@router.create("/tickets/{ticket_id}/messages", schemas.MessageOut, within=True)
def reply_ticket(request: ApiRequest, ticket_id: Id, body: schemas_writing.ReplyIn) -> Message:
    """Answer on a ticket, in public; support's answer is mailed to the user."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return services.reply(
        actor=request.actor,
        ticket_id=ticket.pk,
        text=body.text,
        uploads=[file.upload() for file in body.files],
        seen_message_id=body.seen_message_id,
        expected_version=expected_version(request, ticket),
    )


@router.create("/tickets/{ticket_id}/notes", schemas.MessageOut, within=True)
def note_ticket(request: ApiRequest, ticket_id: Id, body: schemas.WriteIn) -> Message:
    """Write an internal note."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return services.add_note(
        actor=request.actor,
        ticket_id=ticket.pk,
        text=body.text,
        uploads=[file.upload() for file in body.files],
        expected_version=expected_version(request, ticket),
    )


@router.act("/tickets/{ticket_id}/pend", schemas.TicketOut)
def pend_ticket(request: ApiRequest, ticket_id: Id, body: schemas_writing.PendIn) -> Ticket:
    """Put a ticket on hold."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return schemas.shown(
        services.pend(
            actor=request.actor,
            ticket_id=ticket.pk,
            reason=waiting.chosen(body.reason),
            until=body.until,
            note=body.note,
            expected_version=expected_version(request, ticket),
        )
    )


@router.act("/tickets/{ticket_id}/resume", schemas.TicketOut)
def resume_ticket(request: ApiRequest, ticket_id: Id) -> Ticket:
    """Take a ticket off hold."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return schemas.shown(
        services.resume(
            actor=request.actor,
            ticket_id=ticket.pk,
            expected_version=expected_version(request, ticket),
        )
    )


@router.act("/tickets/{ticket_id}/cancel", schemas.TicketOut)
def cancel_ticket(request: ApiRequest, ticket_id: Id, body: schemas.ReasonIn) -> Ticket:
    """Cancel a ticket that needs no work."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return schemas.shown(
        services.cancel(
            actor=request.actor,
            ticket_id=ticket.pk,
            reason=body.reason,
            expected_version=expected_version(request, ticket),
        )
    )


@router.act("/tickets/{ticket_id}/reopen", schemas.TicketOut)
def reopen_ticket(request: ApiRequest, ticket_id: Id, body: schemas.ReasonIn) -> Ticket:
    """Work again on a ticket that was solved, closed or cancelled."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return schemas.shown(
        services.reopen(
            actor=request.actor,
            ticket_id=ticket.pk,
            reason=body.reason,
            expected_version=expected_version(request, ticket),
        )
    )


@router.act("/tickets/{ticket_id}/solve", schemas.TicketOut)
def solve_ticket(request: ApiRequest, ticket_id: Id, body: schemas.SolveIn) -> Ticket:
    """Propose a solution, which the user accepts or refuses."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    services.propose_solution(
        actor=request.actor,
        ticket_id=ticket.pk,
        text=body.text,
        kind=SolutionKind(body.kind),
        seen_message_id=body.seen_message_id,
        expected_version=expected_version(request, ticket),
    )
    return schemas.shown(ticket)


@router.act("/tickets/{ticket_id}/accept", schemas.TicketOut)
def accept_ticket(request: ApiRequest, ticket_id: Id) -> Ticket:
    """Accept the proposed solution: the ticket closes."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return schemas.shown(
        services.accept_solution(
            actor=request.actor,
            ticket_id=ticket.pk,
            expected_version=expected_version(request, ticket),
        )
    )


@router.act("/tickets/{ticket_id}/refuse", schemas.TicketOut)
def refuse_ticket(request: ApiRequest, ticket_id: Id, body: schemas.ReasonIn) -> Ticket:
    """Refuse the proposed solution, saying what still fails."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return schemas.shown(
        services.refuse_solution(
            actor=request.actor,
            ticket_id=ticket.pk,
            reason=body.reason,
            expected_version=expected_version(request, ticket),
        )
    )


@router.create("/tickets/{ticket_id}/escalations", schemas.EscalationOut, within=True)
def escalate_ticket(request: ApiRequest, ticket_id: Id, body: schemas.EscalateIn) -> Escalation:
    """Hand a ticket to a more expert team."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return services.escalate(
        actor=request.actor,
        ticket_id=ticket.pk,
        to_team=required(Team, request.actor, body.to_team_id, "to_team_id"),
        reason=body.reason,
        tried=body.tried,
        needed=body.needed,
        expected_version=expected_version(request, ticket),
    )


@router.create("/tickets/{ticket_id}/transfers", schemas.EscalationOut, within=True)
def transfer_ticket(request: ApiRequest, ticket_id: Id, body: schemas.TransferIn) -> Escalation:
    """Hand a ticket to another desk."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return services.transfer(
        actor=request.actor,
        ticket_id=ticket.pk,
        to_team=required(Team, request.actor, body.to_team_id, "to_team_id"),
        reason=body.reason,
        expected_version=expected_version(request, ticket),
    )


@router.create("/tickets/{ticket_id}/authority", schemas.EscalationOut, within=True)
def ask_authority(request: ApiRequest, ticket_id: Id, body: schemas.AuthorityIn) -> Escalation:
    """Ask somebody with authority to act; the ticket stays where it is."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return services.escalate_to_authority(
        actor=request.actor,
        ticket_id=ticket.pk,
        to_person=required(Person, request.actor, body.to_person_id, "to_person_id"),
        reason=body.reason,
        expected_version=expected_version(request, ticket),
    )


@router.index("/tickets/{ticket_id}/messages", schemas.MessageOut)
def list_messages(
    request: ApiRequest,
    ticket_id: Id,
    query: Query[schemas.MessageQuery],
) -> QuerySet[Message]:
    """List what was written on a ticket."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    rows = ticket.messages.select_related("author").prefetch_related("attachments__file")
    return visible(Message, request.actor, rows)


@router.index("/tickets/{ticket_id}/journal", schemas.TicketEntryOut)
def list_ticket_journal(
    request: ApiRequest,
    ticket_id: Id,
    query: Query[schemas.EntryQuery],
) -> QuerySet[Entry]:
    """List the journal of a ticket."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return queries.journal_of(request.actor, ticket)


@router.index("/tickets/{ticket_id}/solutions", schemas.SolutionOut)
def list_solutions(
    request: ApiRequest,
    ticket_id: Id,
    query: Query[schemas.PlainQuery],
) -> QuerySet[Solution]:
    """List the solutions of a ticket and what became of them."""
    ticket = queries.get_ticket(request.actor, ticket_id)
    return visible(Solution, request.actor, ticket.solutions.select_related("message"))


@router.index("/tickets/{ticket_id}/escalations", schemas.EscalationOut)
def list_escalations(
    request: ApiRequest,
    ticket_id: Id,
    query: Query[schemas.PlainQuery],
) -> QuerySet[Escalation]:
    """List the escalations and transfers of a ticket."""
    return queries.escalations_of(request.actor, queries.get_ticket(request.actor, ticket_id))


@router.index("/tickets/{ticket_id}/mail", schemas.OutgoingOut)
def list_mail(
    request: ApiRequest,
    ticket_id: Id,
    query: Query[schemas.PlainQuery],
) -> QuerySet[OutgoingMail]:
    """List the mail that a ticket sent."""
    return queries.mail_of(request.actor, queries.get_ticket(request.actor, ticket_id))
