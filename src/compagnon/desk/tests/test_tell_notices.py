"""Who is told of what, once, by the ways that they chose, and never of what they may not read."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from compagnon.contracts.subjects import Breach, Measure, Subject
from compagnon.core.actor import Actor, Source
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.tasks import worker
from compagnon.core.visibility import visible
from compagnon.desk import services
from compagnon.desk.models import (
    Channel,
    MailEvent,
    Notice,
    NoticeChannel,
    NoticeEvent,
    NoticeMail,
    NoticeState,
    NoticeWay,
    OutgoingMail,
    OutgoingState,
    PendingReason,
    Ticket,
)
from compagnon.desk.services import noticing, releasing
from compagnon.desk.services.notices import Timing, tell_due, ways_of
from compagnon.people.models import Person
from compagnon.people.services import persons
from compagnon.people.tests import factories as people_factories
from compagnon.people.tests.factories import Cast, actor, system

PAGE, MAIL, PUSH = NoticeChannel.PAGE, NoticeChannel.MAIL, NoticeChannel.PUSH


@pytest.fixture(autouse=True)
def accounts(people: Cast) -> None:
    """Everybody may sign in."""
    for person in (people.user, people.colleague, people.technician, people.expert):
        if not hasattr(person, "account"):
            people_factories.account(person)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """What leaves by mail."""
    left: list[EmailMessage] = []

    def send(mail: EmailMessage, *, sender: str, recipient: str) -> None:
        assert sender == "", "a program's mail has no return path"
        left.append(mail)

    found = SimpleNamespace(send=send)
    monkeypatch.setattr("compagnon.desk.outbound.notice_mail.transport", lambda _url: found)
    return left


def told(person: Person, channel: NoticeChannel = PAGE) -> list[str]:
    rows = Notice.objects.filter(person=person, channel=channel).order_by("id")
    return list(rows.values_list("event", flat=True))


def choose(person: Person, event: NoticeEvent, channel: NoticeChannel, way: NoticeWay) -> None:
    services.choose_ways(actor=actor(person), ways={(event, channel): way})


def test_what_concerns_who_has_left_is_told_to_their_team_s_lead(
    people: Cast, technician: Actor, user: Actor, ticket: Ticket
) -> None:
    services.take(actor=technician, ticket_id=ticket.pk)
    if not hasattr(people.supervisor, "account"):
        people_factories.account(people.supervisor)
    persons.deactivate(actor=system(), person=people.technician)
    services.reply(actor=user, ticket_id=ticket.pk, text="Toujours en panne.")
    assert told(people.supervisor) == [NoticeEvent.WROTE]
    assert not Notice.objects.filter(person=people.technician).exists()
    # Who leads it and watches it is told once, and not of what they wrote by mail themselves.
    services.watch(actor=actor(people.supervisor), ticket_id=ticket.pk)
    services.reply(actor=user, ticket_id=ticket.pk, text="Je redémarre.")
    assert told(people.supervisor) == [NoticeEvent.WROTE] * 2
    wrote = {NoticeEvent.WROTE: [people.technician.pk]}
    ticket.refresh_from_db()
    noticing.write(
        actor=system(),
        ticket=ticket,
        told=wrote,
        at=timezone.now(),
        key="mail",
        by=people.supervisor.pk,
    )
    assert told(people.supervisor) == [NoticeEvent.WROTE] * 2
    # Nobody leads the team: nothing breaks.
    people.level_1.manager = None
    people.level_1.save()
    services.unwatch(actor=actor(people.supervisor), ticket_id=ticket.pk)
    services.reply(actor=user, ticket_id=ticket.pk, text="Et maintenant ?")
    assert told(people.supervisor) == [NoticeEvent.WROTE] * 2


def test_a_request_from_its_opening_to_its_closing(
    people: Cast, technician: Actor, expert: Actor, user: Actor, ticket: Ticket
) -> None:
    key: dict[str, Any] = {"ticket_id": ticket.pk}
    services.assign(actor=expert, **key, assignee=people.technician)
    services.reply(actor=technician, **key, text="Depuis quand ?")
    services.pend(actor=technician, **key, reason=PendingReason.USER)
    services.reply(actor=user, **key, text="Ce matin.")
    services.propose_solution(actor=technician, **key, text="Fait.")
    services.refuse_solution(actor=user, **key, reason="Non.")
    services.propose_solution(actor=technician, **key, text="Refait.")
    services.accept_solution(actor=user, **key)
    assert told(people.user) == ["answered", "waits", "solution", "solution"]
    assert told(people.technician) == ["assigned", "wrote", "refused"]
    # Nobody is told of what they did, and by mail the ticket's own mails say it.
    assert told(people.user, MAIL) == told(people.technician, MAIL) == []
    assert not Notice.objects.filter(channel=PUSH).exists()


def test_an_event_is_told_once_to_each_by_each_way(people: Cast, ticket: Ticket) -> None:
    for _time in range(2):
        noticing.write(
            actor=system(), ticket=ticket, told={NoticeEvent.TEAM: [people.expert.pk]},
            at=timezone.now(), key="same",
        )  # fmt: skip
    assert told(people.expert) == []  # nobody asked for that one
    choose(people.expert, NoticeEvent.TEAM, PAGE, NoticeWay.NOW)
    for _time in range(2):
        noticing.write(
            actor=system(), ticket=ticket, told={NoticeEvent.TEAM: [people.expert.pk]},
            at=timezone.now(), key="same",
        )  # fmt: skip
    assert told(people.expert) == ["team"]


def test_what_comes_to_the_team_is_told_to_who_asks(
    people: Cast, expert: Actor, user: Actor
) -> None:
    choose(people.technician, NoticeEvent.TEAM, PAGE, NoticeWay.NOW)
    opened = services.open_ticket(
        actor=user, requester=people.user, title="Écran", text="Noir", team=people.level_1
    )
    assert told(people.technician) == ["team"]
    services.assign(actor=expert, ticket_id=opened.pk, assignee=people.technician)
    assert told(people.technician) == ["team", "assigned"]
    assert told(people.expert) == told(people.user) == []


def test_who_wrote_by_mail_is_named_and_not_told(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    services.take(actor=technician, ticket_id=ticket.pk)
    services.hear_from_user(
        actor=system(),
        ticket_id=ticket.pk,
        text="Alors ?",
        author_id=people.user.pk,
        channel=Channel.MAIL,
    )
    notice = Notice.objects.get()
    assert (notice.person, notice.actor, notice.event) == (people.technician, people.user, "wrote")


def test_a_cancellation_tells_no_internal_reason(
    people: Cast, technician: Actor, user: Actor, ticket: Ticket
) -> None:
    services.cancel(actor=technician, ticket_id=ticket.pk, reason="Demande fantaisiste")
    notice = Notice.objects.get(person=people.user)
    assert (notice.event, notice.message, notice.is_internal) == ("closed", None, False)
    assert visible(Notice, user).exists()


def test_a_notice_is_read_by_its_person_alone_while_they_may(
    people: Cast, technician: Actor, expert: Actor, ticket: Ticket
) -> None:
    services.assign(actor=expert, ticket_id=ticket.pk, assignee=people.technician)
    assert visible(Notice, technician).exists()
    assert not visible(Notice, expert).exists()
    assert not visible(Notice, actor(people.user)).exists()
    moved = Notice.objects.get()
    moved.person = people.user  # who asked reads no notice made for support
    moved.save()
    assert not visible(Notice, actor(people.user)).exists()
    assert releasing.readable(people.user, [moved.pk]) == []


def test_a_past_brought_from_elsewhere_tells_nothing(people: Cast, ticket: Ticket) -> None:
    bringing = Actor.system("import", source=Source.IMPORT)
    services.reply(actor=bringing, ticket_id=ticket.pk, text="Jadis")
    assert not Notice.objects.exists()


# --- by mail ---------------------------------------------------------------------------------


def test_who_wants_no_mail_of_answers_gets_none_and_support_sees_it(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    choose(people.user, NoticeEvent.ANSWERED, MAIL, NoticeWay.OFF)
    services.reply(actor=technician, ticket_id=ticket.pk, text="Bonjour")
    mail = OutgoingMail.objects.get(event=MailEvent.MESSAGE)
    assert (mail.state, mail.reason) == (OutgoingState.SUPPRESSED, noticing.CHOSEN_OFF)
    assert told(people.user) == ["answered"]


def test_who_left_is_not_written_to_and_support_sees_it(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    Person.objects.filter(pk=people.user.pk).update(is_active=False)
    services.reply(actor=technician, ticket_id=ticket.pk, text="Bonjour")
    mail = OutgoingMail.objects.get(event=MailEvent.MESSAGE)
    assert (mail.state, mail.reason) == (OutgoingState.SUPPRESSED, noticing.LEFT)


def test_the_digest_tells_all_at_once_at_its_hour(
    people: Cast, technician: Actor, ticket: Ticket, sent: list[EmailMessage]
) -> None:
    choose(people.user, NoticeEvent.ANSWERED, MAIL, NoticeWay.DIGEST)
    services.choose_times(actor=actor(people.user), timing=Timing(digest_at=time(17)))
    for text in ("Première réponse", "Seconde réponse"):
        services.reply(actor=technician, ticket_id=ticket.pk, text=text)
    held = Notice.objects.filter(channel=MAIL, state=NoticeState.HELD)
    assert held.count() == 2
    assert not OutgoingMail.objects.filter(state="waiting", event="message")
    due = held.earliest("pk").due_at
    assert due is not None
    assert due.astimezone(noticing.zone_of("Europe/Paris")).time() == time(17)
    assert releasing.waiting_since(timezone.now(), 10) == []
    assert releasing.waiting_since(due, 10) == [(people.user.pk, "mail")]
    assert releasing.release(actor=system(), person_id=people.user.pk, channel=MAIL, at=due) == 2
    assert releasing.release(actor=system(), person_id=people.user.pk, channel=MAIL, at=due) == 0
    worker.run_due()
    (mail,) = sent
    body = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Première réponse" in body
    assert "Seconde réponse" in body
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "[#" not in mail["Subject"]
    assert NoticeMail.objects.get().state == OutgoingState.SENT


def test_quiet_hours_hold_back_then_one_mail_tells_all(
    people: Cast, expert: Actor, user: Actor, ticket: Ticket, sent: list[EmailMessage]
) -> None:
    everything = dict.fromkeys(
        [(NoticeEvent.ASSIGNED, MAIL), (NoticeEvent.WROTE, MAIL)], NoticeWay.NOW
    )
    technician = actor(people.technician)
    services.choose_ways(actor=technician, ways=everything)
    now = timezone.localtime(timezone.now(), noticing.zone_of("Europe/Paris"))
    start, end = (now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time()
    services.choose_times(actor=technician, timing=Timing(quiet_from=start, quiet_to=end))
    services.assign(actor=expert, ticket_id=ticket.pk, assignee=people.technician)
    services.reply(actor=user, ticket_id=ticket.pk, text="Alors ?")
    worker.run_due()
    assert sent == []
    assert told(people.technician, MAIL) == ["assigned", "wrote"]
    after = timezone.now() + timedelta(hours=2)
    releasing.release(actor=system(), person_id=people.technician.pk, channel=MAIL, at=after)
    worker.run_due()
    assert len(sent) == 1


def test_a_mail_tells_only_what_its_reader_may_still_read(
    people: Cast, expert: Actor, ticket: Ticket, sent: list[EmailMessage]
) -> None:
    choose(people.technician, NoticeEvent.ASSIGNED, MAIL, NoticeWay.NOW)
    services.assign(actor=expert, ticket_id=ticket.pk, assignee=people.technician)
    people.technician.role_assignments.all().delete()
    people.technician.memberships.all().delete()
    worker.run_due()
    assert sent == []
    assert Notice.objects.get(channel=MAIL).state == NoticeState.DROPPED


def test_what_was_read_on_the_page_is_not_sent(
    people: Cast, expert: Actor, ticket: Ticket, sent: list[EmailMessage]
) -> None:
    technician = actor(people.technician)
    choose(people.technician, NoticeEvent.ASSIGNED, MAIL, NoticeWay.NOW)
    services.assign(actor=expert, ticket_id=ticket.pk, assignee=people.technician)
    assert services.read_notices(actor=technician, ticket_id=ticket.pk) == 1
    worker.run_due()
    assert sent == []


def test_mails_provoked_without_end_become_one(
    people: Cast, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releasing, "MAILS_PER_HOUR", 2)
    choose(people.technician, NoticeEvent.WROTE, MAIL, NoticeWay.NOW)
    for number in range(5):
        noticing.write(
            actor=system(), ticket=ticket, told={NoticeEvent.WROTE: [people.technician.pk]},
            at=timezone.now(), key=f"wrote:{number}",
        )  # fmt: skip
        releasing.release(actor=system(), person_id=people.technician.pk, channel=MAIL)
    assert NoticeMail.objects.count() == 2
    later = timezone.now() + timedelta(hours=2)
    releasing.release(actor=system(), person_id=people.technician.pk, channel=MAIL, at=later)
    assert NoticeMail.objects.count() == 3
    assert NoticeMail.objects.latest("id").notices.count() == 3


# --- commitments, choices, keeping -----------------------------------------------------------


def test_a_commitment_at_risk_is_told_to_who_works_on_it(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    services.take(actor=technician, ticket_id=ticket.pk)
    due = timezone.now() + timedelta(hours=1)
    breach = Breach(
        7, Subject("ticket", ticket.pk, ticket.organisation_id), Measure.RESOLUTION, 1, 1, due, due
    )
    for _time in range(2):
        tell_due(actor=system(), breach=breach, missed=False)
    tell_due(actor=system(), breach=breach, missed=True)
    assert told(people.technician) == ["due", "due"]
    with pytest.raises(Refused):
        tell_due(actor=technician, breach=breach, missed=True)


def test_choices_are_ones_own_and_keep_what_was_chosen_before(
    people: Cast, technician: Actor
) -> None:
    services.choose_notices(actor=technician, mentions_by_mail=True)
    assert ways_of(technician)[NoticeEvent.MENTION, MAIL] is NoticeWay.NOW
    choose(people.technician, NoticeEvent.MENTION, MAIL, NoticeWay.DIGEST)
    assert ways_of(technician)[NoticeEvent.MENTION, MAIL] is NoticeWay.DIGEST
    with pytest.raises(Invalid):
        choose(people.technician, NoticeEvent.MENTION, PUSH, NoticeWay.DIGEST)
    with pytest.raises(Refused):
        services.choose_ways(actor=system(), ways={})


@pytest.mark.parametrize(
    "timing",
    [
        Timing(quiet_from=time(20)),
        Timing(quiet_from=time(20), quiet_to=time(20)),
        Timing(time_zone="Europe/Nowhere"),
        Timing(quiet_closed_days=True),
    ],
)
def test_times_that_mean_nothing_are_refused(technician: Actor, timing: Timing) -> None:
    with pytest.raises(Invalid):
        services.choose_times(actor=technician, timing=timing)


def test_nobody_reads_the_notice_of_another(
    people: Cast, expert: Actor, user: Actor, ticket: Ticket
) -> None:
    services.assign(actor=expert, ticket_id=ticket.pk, assignee=people.technician)
    with pytest.raises(NotFound):
        services.read_notices(actor=user, notice_id=Notice.objects.get().pk)
    with pytest.raises(Refused):
        releasing.release(actor=user, person_id=people.technician.pk, channel=MAIL)


def test_what_was_told_long_ago_is_deleted(people: Cast, expert: Actor, ticket: Ticket) -> None:
    services.assign(actor=expert, ticket_id=ticket.pk, assignee=people.technician)
    now = datetime(2027, 6, 1, tzinfo=UTC)
    Notice.objects.update(created_at=now - timedelta(days=40))
    assert releasing.forget(now) == 0
    Notice.objects.update(read_at=now - timedelta(days=39))
    assert releasing.forget(now) == 1
