"""A loaded story told again through the services, and the rows of both compared.

The periodic job that warns and breaches is played too, at the moments at which it would have run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from compagnon.contracts.models import Clock, ClockSegment, ClockState, RequestType, Service
from compagnon.contracts.queries import clocks_of
from compagnon.contracts.services.breaches import mark
from compagnon.core.actor import Actor, ActorKind, Scope, Source
from compagnon.core.models import Entry, StoredFile
from compagnon.desk import services
from compagnon.desk.loading import Story, acts
from compagnon.desk.models import (
    Attachment,
    Category,
    Channel,
    Escalation,
    InterventionSheet,
    Mailbox,
    Message,
    OutgoingMail,
    PendingReason,
    Solution,
    SolutionKind,
    Ticket,
    TicketKind,
    WorkMode,
    WorkTask,
)
from compagnon.desk.services.writing import Upload
from compagnon.people.models import Person, Team

PNG = b"\x89PNG\r\n\x1a\n"


def actor_of(act: acts.Act) -> Actor:
    """Give who acted, allowed everything: what may be done is another test's."""
    if isinstance(act.by, str):
        return Actor.system(act.by, source=Source.DEMO)
    return Actor(ActorKind.PERSON, act.by, "", Source.DEMO, scope=Scope.everything())


def replay(story: Story, *, until: datetime) -> int:
    """Tell a story through the services and give the ticket's key."""
    opening = story.opening
    ticket = services.open_ticket(
        actor=actor_of(opening),
        requester=Person.objects.select_related("organisation").get(pk=opening.requester),
        beneficiary=_row(Person, opening.beneficiary),
        title=opening.title,
        text=opening.text,
        kind=TicketKind(opening.kind),
        channel=Channel(opening.channel),
        service=_row(Service, opening.service),
        request_type=_row(RequestType, opening.request_type),
        category=_row(Category, opening.category),
        impact=opening.impact,
        urgency=opening.urgency,
        affected_item=opening.affected_item,
        team=_row(Team, opening.team),
        mailbox=_row(Mailbox, opening.mailbox),
        html=opening.html,
        quoted=opening.quoted,
        internet_id=opening.internet_id,
        uploads=[Upload(f.name, StoredFile.objects.get(pk=f.file_id)) for f in opening.files],
        occurred_at=opening.at,
        acknowledge=opening.acknowledge,
    )
    before = opening.at
    for act in story.acts:
        pass_time(ticket.pk, before, act.at)
        DO[type(act)](actor_of(act), ticket.pk, act)
        before = act.at
    pass_time(ticket.pk, before, until)
    return ticket.pk


def pass_time(ticket_id: int, before: datetime, now: datetime) -> None:
    """Run the periodic job at each moment at which it finds something."""
    job = Actor.system("clock", source=Source.DEMO)
    running = Clock.objects.filter(
        subject_kind="ticket", subject_id=ticket_id, state=ClockState.RUNNING, breached_at=None
    )
    warnings = running.filter(warned_at=None, warn_at__lte=now)
    for at in sorted(max(clock.warn_at, before) for clock in warnings):
        mark(actor=job, now=at)
    mark(actor=job, now=now)


def _row(model: Any, key: int | None) -> Any:
    return model.objects.get(pk=key) if key is not None else None


def _task(ticket_id: int, rank: int) -> int:
    return WorkTask.objects.filter(ticket_id=ticket_id).order_by("id")[rank].pk


def _qualify(actor: Actor, ticket_id: int, act: acts.Qualified) -> None:
    models = {
        "category": Category,
        "service": Service,
        "request_type": RequestType,
        "beneficiary": Person,
    }
    values = {
        name: _row(models[name], value) if name in models else value
        for name, value in act.values.items()
    }
    services.qualify(actor=actor, ticket_id=ticket_id, at=act.at, **values)


def _hear(actor: Actor, ticket_id: int, act: acts.Heard) -> None:
    services.hear_from_user(
        actor=actor,
        ticket_id=ticket_id,
        text=act.text,
        author_id=act.author,
        channel=Channel(act.channel),
        html=act.html,
        quoted=act.quoted,
        internet_id=act.internet_id,
        at=act.at,
    )


def _plan(actor: Actor, ticket_id: int, act: acts.TaskPlanned) -> None:
    services.plan_task(
        actor=actor,
        ticket_id=ticket_id,
        title=act.title,
        details=act.details,
        mode=WorkMode(act.mode),
        assignee=_row(Person, act.assignee),
        planned_start=act.planned_start,
        planned_seconds=act.planned_seconds,
        at=act.at,
    )


def _sign(actor: Actor, ticket_id: int, act: acts.SheetSigned) -> None:
    from compagnon.core import files

    sheet = InterventionSheet.objects.get(task_id=_task(ticket_id, act.task))
    signature = b""
    if act.signature is not None:
        with files.open_file(StoredFile.objects.get(pk=act.signature)) as stream:
            signature = stream.read()
    services.sign_sheet(
        actor=actor,
        sheet_id=sheet.pk,
        name=act.name,
        signature=signature,
        remarks=act.remarks,
        at=act.at,
    )


def _plain(service: Callable[..., Any], *names: str) -> Callable[[Actor, int, Any], None]:
    def do(actor: Actor, ticket_id: int, act: Any) -> None:
        values = {name: getattr(act, name) for name in names}
        service(actor=actor, ticket_id=ticket_id, at=act.at, **values)

    return do


DO: Mapping[type[acts.Act], Callable[[Actor, int, Any], Any]] = {
    acts.Qualified: _qualify,
    acts.Taken: _plain(services.take),
    acts.Assigned: lambda actor, key, act: services.assign(
        actor=actor,
        ticket_id=key,
        team=_row(Team, act.team),
        assignee=_row(Person, act.assignee),
        at=act.at,
    ),
    acts.Replied: _plain(services.reply, "text"),
    acts.Noted: _plain(services.add_note, "text"),
    acts.Heard: _hear,
    acts.Pended: lambda actor, key, act: services.pend(
        actor=actor,
        ticket_id=key,
        reason=PendingReason(act.reason),
        until=act.until,
        note=act.note,
        at=act.at,
    ),
    acts.Resumed: _plain(services.resume),
    acts.Escalated: lambda actor, key, act: services.escalate(
        actor=actor,
        ticket_id=key,
        to_team=_row(Team, act.to_team),
        reason=act.reason,
        tried=act.tried,
        needed=act.needed,
        at=act.at,
    ),
    acts.Transferred: lambda actor, key, act: services.transfer(
        actor=actor,
        ticket_id=key,
        to_team=_row(Team, act.to_team),
        reason=act.reason,
        at=act.at,
    ),
    acts.AuthorityAsked: lambda actor, key, act: services.escalate_to_authority(
        actor=actor,
        ticket_id=key,
        to_person=_row(Person, act.to_person),
        reason=act.reason,
        at=act.at,
    ),
    acts.TaskPlanned: _plan,
    acts.TaskCompleted: lambda actor, key, act: services.complete_task(
        actor=actor,
        task_id=_task(key, act.task),
        spent_seconds=act.spent_seconds,
        travel_seconds=act.travel_seconds,
        note=act.note,
        at=act.at,
    ),
    acts.TaskCancelled: lambda actor, key, act: services.cancel_task(
        actor=actor, task_id=_task(key, act.task), at=act.at
    ),
    acts.SheetPrepared: lambda actor, key, act: services.prepare_sheet(
        actor=actor, task_id=_task(key, act.task), report=act.report, at=act.at
    ),
    acts.SheetSigned: _sign,
    acts.Solved: lambda actor, key, act: services.propose_solution(
        actor=actor, ticket_id=key, text=act.text, kind=SolutionKind(act.kind), at=act.at
    ),
    acts.Accepted: _plain(services.accept_solution),
    acts.Refused: _plain(services.refuse_solution, "reason"),
    acts.Elapsed: _plain(services.close_elapsed),
    acts.Cancelled: _plain(services.cancel, "reason"),
    acts.Reopened: _plain(services.reopen, "reason"),
}

# --- what is compared -------------------------------------------------------------------------

# Secrets and identifiers are drawn anew each time; when a mail left is the mail server's affair.
DRAWN = {"id", "nonce", "sent_at", "attempts", "state", "digest"}
OF_TICKET = (Message, Attachment, Solution, Escalation, WorkTask, OutgoingMail)


def rows_of(ticket_id: int, until: datetime) -> dict[str, Any]:
    """Give all the rows of a ticket, their keys told as ranks, to be compared with another's."""
    ranks: dict[str, dict[int, int]] = {}
    found: dict[str, Any] = {}
    for model in OF_TICKET:
        rows = list(model._default_manager.filter(ticket_id=ticket_id).order_by("id"))
        if model is OutgoingMail:
            rows.sort(key=lambda row: (row.event_key.split(":")[3], row.event, row.recipient))
        ranks[model.__name__] = {row.pk: rank for rank, row in enumerate(rows)}
        found[model.__name__] = rows
    sheets = list(InterventionSheet.objects.filter(task__ticket_id=ticket_id).order_by("id"))
    ranks["InterventionSheet"] = {row.pk: rank for rank, row in enumerate(sheets)}
    clocks = list(Clock.objects.filter(subject_kind="ticket", subject_id=ticket_id).order_by("id"))
    names = {clock.pk: f"{clock.kind}:{clock.measure}:{clock.started_at}" for clock in clocks}

    def told(name: str, value: Any) -> Any:
        for key, model in KEYS.items():
            if name == key and value is not None:
                return ranks[model].get(value, value)
        return value

    def values(row: Any) -> dict[str, Any]:
        shown = {
            field.attname: told(field.attname, getattr(row, field.attname))
            for field in row._meta.concrete_fields
            if field.attname not in DRAWN - {"state"}
            and not (field.attname == "state" and isinstance(row, OutgoingMail))
        }
        shown.pop("ticket_id", None)
        shown.pop("subject_id", None)
        if isinstance(row, Clock) and row.stopped_at is None:
            # As of when the job last read it, which depends on when it ran.
            shown.pop("elapsed_seconds")
        if isinstance(row, OutgoingMail):
            # The acknowledgement is written when the ticket is, not when the user asked.
            if row.event == "acknowledgement":
                shown.pop("created_at")
            shown["event_key"] = row.event_key.split(":")[3]
            shown.pop("internet_id")
        return shown

    entries = [
        (
            entry.occurred_at,
            entry.verb,
            entry.actor_kind,
            entry.actor_id,
            entry.actor_label,
            entry.source,
            entry.organisation_id,
            names.get(entry.object_id) if entry.object_type == "contracts.clock" else "ticket",
            {name: told(name, value) for name, value in entry.before.items()},
            {
                name: told(name, value)
                for name, value in entry.after.items()
                if name not in {"subject_id", "digest"}
            },
        )
        for entry in Entry.objects.filter(object_type="desk.ticket", object_id=ticket_id)
        | Entry.objects.filter(object_type="contracts.clock", object_id__in=names)
    ]
    return {
        "ticket": values(Ticket.objects.get(pk=ticket_id)),
        **{name: [values(row) for row in rows] for name, rows in found.items()},
        "sheets": [values(row) for row in sheets],
        "clocks": sorted(
            (
                names[clock.pk],
                values(clock),
                [
                    values(row) | {"clock_id": None}
                    for row in ClockSegment.objects.filter(clock=clock).order_by("start", "id")
                ],
            )
            for clock in clocks
        ),
        "ledgers": sorted(
            (
                reading.measure,
                reading.clock.kind,
                reading.elapsed,
                str(reading.due_at),
                [str(line) for line in reading.ledger],
            )
            for reading in clocks_of("ticket", ticket_id, as_of=until)
        ),
        "entries": sorted(entries, key=lambda entry: (entry[0], entry[1], str(entry[7:]))),
    }


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Say where two answers of :func:`rows_of` differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            line
            for key in sorted(one.keys() | other.keys())
            for line in differences(one.get(key), other.get(key), f"{where}.{key}")
        ]
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        if len(one) != len(other):
            return [f"{where}: {len(one)} and {len(other)} of them: {one} / {other}"]
        return [
            line
            for rank, (a, b) in enumerate(zip(one, other, strict=True))
            for line in differences(a, b, f"{where}[{rank}]")
        ]
    return [] if one == other else [f"{where}: {one!r} / {other!r}"]


KEYS = {
    "message_id": "Message",
    "solution_id": "Solution",
    "escalation_id": "Escalation",
    "task_id": "WorkTask",
    "sheet_id": "InterventionSheet",
}
