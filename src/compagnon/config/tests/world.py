"""Two client organisations with one of everything each, for the tests that walk every route.

Every text of client A holds :data:`MARK`. A room that lands adds what it keeps to :func:`furnish`,
and where its routes name it to :data:`PARAMETERS`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from compagnon.config.tests import (
    world_connections,
    world_daily,
    world_desk,
    world_directories,
    world_layouts,
    world_park,
    world_park_alerts,
    world_park_discovery,
    world_park_life,
    world_park_supplies,
    world_portal,
    world_privacy,
    world_requests,
    world_signin,
    world_supply,
    world_titles,
)
from compagnon.contracts.models import Calendar, Clock, ContractState, RequestType, Service
from compagnon.contracts.tests import factories as contracts
from compagnon.core.actor import Actor
from compagnon.core.models import Task, TaskState
from compagnon.core.verbs import all_verbs
from compagnon.desk import links
from compagnon.desk import services as desk
from compagnon.desk.models import (
    Attachment,
    Bringing,
    Brought,
    Category,
    InboundMessage,
    InboundState,
    Mailbox,
    Message,
    OutgoingMail,
    Ticket,
    WorkTask,
)
from compagnon.desk.services.writing import Upload
from compagnon.desk.tests import factories as desk_factories
from compagnon.people import standard_roles
from compagnon.people.models import Account, ApiToken, Organisation, Person, Role, Site, Team
from compagnon.people.tests import factories

MARK = "Zorglub"
# Stands in client A's texts too: searched for, since a page shows what was searched.
SOUGHT = "quetzalcoatl"
VERBATIM = "Bonaparte"
# Stands in what only support may read of a client's requests.
SECRET = "Tergiversons"
_numbers = itertools.count(1)


@dataclass
class Side:
    """What one client keeps. ``mark`` stands in each of its texts."""

    mark: str
    organisation: Organisation
    site: Site
    person: Person
    team: Team
    account: Account
    manager: Person
    follower: Person
    tickets: list[Ticket] = field(default_factory=list)
    objects: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """Client A, whose things nobody of client B may learn of; client B; their provider."""

    provider: Organisation
    administrator: Person
    upper: Team
    a: Side
    b: Side


def build() -> World:
    """Make both clients, each with one of everything."""
    provider = factories.organisation("Assistance")
    administrator = factories.person(provider, "Ada", "Lebrun")
    factories.account(administrator)
    factories.grant(administrator, everything(), provider)
    upper = factories.team(provider, administrator, name="Niveau 2", level=2)
    # What belongs to no client: the same for both.
    common: dict[str, Any] = {
        "calendar": contracts.calendar("Heures de bureau"),
        "service": contracts.service("Poste de travail"),
        "request_type": contracts.request_type(),
        "category": desk_factories.category("Matériel"),
    }
    sides = [_side(provider, mark, common) for mark in (MARK, VERBATIM)]
    world = World(provider, administrator, upper, *sides)
    for side in (world.a, world.b):
        furnish(side)
    return world


def everything() -> Role:
    """A role that holds every verb."""
    return factories.role(verbs={verb.name for verb in all_verbs()})


def _side(provider: Organisation, mark: str, common: dict[str, Any]) -> Side:
    organisation = factories.organisation(f"{mark} SA", parent=provider)
    site = factories.site(
        organisation, f"Site {mark}", address=f"1, rue {mark}", access=f"Badge {mark} {SOUGHT}"
    )
    person = factories.person(
        organisation, "Zoé", f"{mark}-Requérante", email=f"zoe@{mark.lower()}.example",
        job_title=f"Cheffe {mark}", site=site,
    )  # fmt: skip
    manager = factories.person(
        organisation, "Max", f"{mark}-Responsable", email=f"max@{mark.lower()}.example"
    )
    factories.grant(manager, everything(), organisation)
    factories.account(manager)
    follower = factories.person(
        organisation, "Rita", f"{mark}-Déléguée", email=f"rita@{mark.lower()}.example"
    )
    factories.grant(follower, factories.role(standard_roles.REPRESENTATIVE), organisation)
    factories.account(follower)
    contracts.contract(
        organisation,
        provider=provider,
        name=f"Contrat {mark}",
        calendar_=common["calendar"],
        targets={"take_up": 1800, "resolution": 4 * 3600},
    )
    return Side(
        mark=mark,
        organisation=organisation,
        site=site,
        person=person,
        team=factories.team(organisation, manager, name=f"Équipe {mark}", manager=manager),
        account=factories.account(person),
        manager=manager,
        follower=follower,
        objects=dict(common),
    )


def furnish(side: Side) -> Side:
    """Add to a client one more of everything that rooms keep."""
    number, mark = next(_numbers), f"{side.mark} {SOUGHT}"
    system = Actor.system("tests")
    contract = contracts.contract(
        side.organisation,
        name=f"Avenant {mark} {number}",
        state=ContractState.DRAFT,
        calendar_=side.objects["calendar"],
    )
    session = UserSession.objects.create(
        user=side.manager.account,
        ip="192.0.2.1",
        user_agent=f"Navigateur {mark}",
        session_key=f"{side.mark[:6]}{number}",
    )
    token = ApiToken.objects.create(
        account=side.account,
        name=f"Programme {mark}",
        prefix=f"{side.mark[:6].lower()}{number:04}",
        digest="0" * 64,
        expires_at=timezone.now() + timedelta(days=1),
    )
    ticket = desk_factories.ticket(
        side.person,
        title=f"Panne {mark} {number}",
        text=f"Le poste de {mark} ne démarre plus.",
        affected_item=f"PC-{mark}",
        team=side.team,
        uploads=[Upload(name=f"{side.mark}.txt", content=f"Trace {mark}".encode())],
    )
    hidden = desk.add_note(
        actor=system, ticket_id=ticket.pk, text=SECRET, uploads=[Upload(f"{SECRET}.txt", b"x")]
    )
    note = desk.add_note(actor=system, ticket_id=ticket.pk, text=f"Note sur {mark} {SECRET}")
    task = desk.plan_task(
        actor=system, ticket_id=ticket.pk, title=f"Passer voir {mark}", site=side.site,
        details=f"Demander {mark} {SECRET}", assignee=side.manager,
    )  # fmt: skip
    sheet = desk.prepare_sheet(actor=system, task_id=task.pk, report=f"Vu {mark}")
    desk.escalate_to_authority(
        actor=system, ticket_id=ticket.pk, reason=f"Client {mark} {SECRET}", to_person=side.manager
    )
    mailbox = Mailbox.objects.create(
        organisation=side.organisation, name=f"Boîte {mark}", team=side.team,
        address=f"{side.mark.lower()}{number}@assistance.example",
    )  # fmt: skip
    raw = (
        f"From: {side.person.first_name} <zoe@{side.mark.lower()}.example>\r\n"
        f"Message-ID: <{number}@{side.mark.lower()}.example>\r\n"
        f"Subject: {mark}\r\n\r\nBonjour de {mark}\r\n"
    )
    inbound = desk.receive(actor=system, raw=raw.encode(), enqueue=False).inbound
    InboundMessage.objects.filter(pk=inbound.pk).update(
        mailbox=mailbox, subject=mark, sender=f"zoe@{side.mark.lower()}.example",
        state=InboundState.QUARANTINE, detail=f"De {mark}",
    )  # fmt: skip
    solved = desk_factories.ticket(side.person, title=f"Résolu {mark}", team=side.team)
    solution = desk.propose_solution(actor=system, ticket_id=solved.pk, text=f"Redémarrer {mark}")
    given_up = Task.objects.create(
        path="compagnon.desk.tasks.deliver",
        arguments={"args": [mark], "kwargs": {}},
        state=TaskState.DEAD,
        error=f"Refusé par {mark}",
        run_after=timezone.now(),
        enqueued_at=timezone.now(),
        finished_at=timezone.now(),
    )
    bringing = Bringing.objects.create(
        organisation=side.organisation, source="servicenow", file_name=f"{mark}.csv",
        is_dry_run=True, state="done", asked_at=timezone.now(),
    )  # fmt: skip
    Brought.objects.create(
        organisation=side.organisation, source="servicenow", kind="ticket",
        key=f"{mark} {number}", object_id=ticket.pk, bringing=bringing,
    )  # fmt: skip
    side.tickets += [ticket, solved]
    side.objects.update(
        given_up=given_up,
        token=token,
        session=session,
        contract=contract,
        clock=Clock.objects.filter(organisation=side.organisation).latest("pk"),
        ticket=ticket,
        message=Message.objects.filter(ticket=ticket).earliest("pk"),
        note=note,
        hidden_message=hidden,
        hidden_file=hidden.attachments.get(),
        attachment=Attachment.objects.filter(ticket=ticket).earliest("pk"),
        task=task,
        sheet=sheet,
        inbound=inbound,
        mailbox=mailbox,
        solved=solved,
        solution=solution,
        outgoing=OutgoingMail.objects.filter(ticket=solved).first(),
        bringing=bringing,
        solution_token=links.solution_link(solution).rstrip("/").rpartition("/")[2],
        sheet_token=links.sheet_link(sheet).rstrip("/").rpartition("/")[2],
    )
    assert isinstance(task, WorkTask)
    world_desk.furnish(side, mark)
    world_layouts.furnish(side, mark, number)
    world_daily.furnish(side, mark)
    world_portal.furnish(side, mark)
    world_requests.furnish(side, mark)
    world_connections.furnish(side, mark)
    world_titles.furnish(side, mark)
    world_park.furnish(side, mark)
    world_park_discovery.furnish(side, mark)
    world_park_life.furnish(side, mark)
    world_park_supplies.furnish(side, mark)
    world_park_alerts.furnish(side, mark)
    world_supply.furnish(side, mark)
    world_privacy.furnish(side, mark)
    world_directories.furnish(side, mark)
    world_signin.furnish(side, mark)
    return side


def kept(name: str) -> Callable[[Side], list[Any]]:
    """Name one of a side's objects."""
    return lambda side: [side.objects[name].pk]


def words(*values: Any) -> Callable[[Side], list[Any]]:
    """Give values that name no object."""
    return lambda _side: list(values)


ORGANISATION = lambda side: [side.organisation.pk]  # noqa: E731
PERSON = lambda side: [side.person.pk]  # noqa: E731
TEAM = lambda side: [side.team.pk]  # noqa: E731
POINT = lambda side: [side.person.contact_points.earliest("pk").pk]  # noqa: E731
ACCOUNT = lambda side: [side.account.pk]  # noqa: E731
ASSIGNMENT = lambda side: [side.manager.role_assignments.earliest("pk").pk]  # noqa: E731
ROLE = lambda side: [side.manager.role_assignments.earliest("pk").role_id]  # noqa: E731

# The row of each table that is just kept: their routes are known from their declaration.
ROWS: dict[type[Model], Callable[[Side], Model]] = {
    Organisation: lambda side: side.organisation,
    Site: lambda side: side.site,
    Person: lambda side: side.person,
    Team: lambda side: side.team,
    Calendar: lambda side: side.objects["calendar"],
    Service: lambda side: side.objects["service"],
    RequestType: lambda side: side.objects["request_type"],
    Category: lambda side: side.objects["category"],
    Mailbox: lambda side: side.objects["mailbox"],
    **world_daily.ROWS,
    **world_connections.ROWS,
    **world_supply.ROWS,
    **world_park.ROWS,
    **world_park_life.ROWS,
    **world_park_supplies.ROWS,
    **world_park_alerts.ROWS,
}

# Where any other route names an object: the route up to the parameter, and which of a side's.
PARAMETERS: dict[str, Callable[[Side], list[Any]]] = {
    "people/persons/<pk>/<action>": words("close", "reopen"),
    "people/persons/<pk>/contacts/<point_id>": POINT,
    "people/persons/<pk>/contacts/<point_id>/<action>": words("main", "delete"),
    "people/persons/<pk>/teams/<team_id>": TEAM,
    "people/persons/<pk>/roles/<assignment_id>": ASSIGNMENT,
    "people/teams/<pk>/members/<person_id>": lambda side: [side.manager.pk],
    "people/roles/<pk>": ROLE,
    "people/accounts/<pk>": ACCOUNT,
    "people/accounts/<pk>/<action>": words("invite", "close", "reopen"),
    "people/me/tokens/<pk>": kept("token"),
    "contracts/<contract_id>": kept("contract"),
    "contracts/clocks/<clock_id>": kept("clock"),
    "calendars/<calendar_id>": kept("calendar"),
    # Outside a demonstration there is nothing behind it.
    "demo/mail/<key>": words("nothing"),
    "desk/tickets/<ticket_id>": kept("ticket"),
    "desk/tickets/<ticket_id>/do/<name>": words("take", "reply", "note"),
    "desk/attachments/<attachment_id>": kept("attachment"),
    "desk/messages/<message_id>": kept("message"),
    "desk/tasks/<task_id>": kept("task"),
    "desk/tasks/<task_id>/do/<name>": words("complete"),
    "desk/sheets/<sheet_id>": kept("sheet"),
    "desk/intake/<inbound_id>": kept("inbound"),
    "desk/outgoing/<mail_id>": kept("outgoing"),
    "desk/imports/<import_id>": kept("bringing"),
    "admin/tasks/<task_id>": kept("given_up"),
    "admin/tasks/<task_id>/do/<name>": words("retry", "discard"),
    "api/v1/background-tasks/<task_id>": kept("given_up"),
    "desk/rules/<organisation_id>": ORGANISATION,
    "desk/intake/<inbound_id>/do/<name>": words("replay", "admit", "dismiss"),
    "api/v1/organisations/<organisation_id>": ORGANISATION,
    "api/v1/contracts/<contract_id>": kept("contract"),
    "api/v1/calendars/<calendar_id>": kept("calendar"),
    "api/v1/clocks/<subject_kind>": words("ticket"),
    "api/v1/clocks/<subject_kind>/<subject_id>": kept("ticket"),
    "api/v1/persons/<person_id>": PERSON,
    "api/v1/contact-points/<point_id>": POINT,
    "api/v1/teams/<team_id>": TEAM,
    "api/v1/teams/<team_id>/members/<person_id>": lambda side: [side.manager.pk],
    "api/v1/roles/<role_id>": ROLE,
    "api/v1/role-assignments/<assignment_id>": ASSIGNMENT,
    "api/v1/accounts/<account_id>": ACCOUNT,
    "api/v1/me/sessions/<session_id>": kept("session"),
    "api/v1/tokens/<token_id>": kept("token"),
    "api/v1/tickets/<ticket_id>": kept("ticket"),
    "api/v1/messages/<message_id>": kept("message"),
    "api/v1/work-tasks/<task_id>": kept("task"),
    "api/v1/sheets/<sheet_id>": kept("sheet"),
    "api/v1/attachments/<attachment_id>": kept("attachment"),
    "api/v1/intake/messages/<message_id>": kept("inbound"),
    "api/v1/outgoing-mail/<mail_id>": kept("outgoing"),
    "api/v1/imports/<import_id>": kept("bringing"),
    **world_desk.PARAMETERS,
    **world_layouts.PARAMETERS,
    **world_daily.PARAMETERS,
    **world_portal.PARAMETERS,
    **world_requests.PARAMETERS,
    **world_connections.PARAMETERS,
    **world_supply.PARAMETERS,
    **world_privacy.PARAMETERS,
    **world_directories.PARAMETERS,
    **world_signin.PARAMETERS,
    **world_titles.PARAMETERS,
    **world_park.PARAMETERS,
    **world_park_discovery.PARAMETERS,
    **world_park_life.PARAMETERS,
    **world_park_supplies.PARAMETERS,
}


def browser(person: Person) -> Client:
    """A browser in which the person has signed in; it tells faults as answers."""
    client = Client(raise_request_exception=False)
    client.force_login(person.account)
    return client


def token(person: Person) -> str:
    """A token of the person's, which may do all that they may."""
    from compagnon.people.services import tokens

    _row, raw = tokens.create(
        actor=factories.actor(person),
        account=person.account,
        name="Tests",
        expires_at=timezone.now() + timedelta(days=1),
    )
    return raw
