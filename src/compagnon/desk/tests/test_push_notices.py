"""Browsers that are told: what they receive, who may be called, and what ends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.models import Task
from compagnon.core.tasks import worker
from compagnon.core.visibility import visible
from compagnon.desk import services
from compagnon.desk.models import Notice, NoticeChannel, PushKey, PushSubscription, Ticket
from compagnon.desk.outbound import push_keys
from compagnon.desk.services import releasing
from compagnon.desk.tests.push_service import Browser, PushService, running
from compagnon.people.tests import factories as people_factories
from compagnon.people.tests.factories import Cast, system


@pytest.fixture
def push_service(settings: Any) -> Iterator[PushService]:
    """A push service on loopback, which the setting lets in."""
    settings.OUTGOING_ALLOW = ("127.0.0.1",)
    with running() as service:
        yield service


def subscribed(actor: Actor, service: PushService, name: str = "a") -> tuple[Browser, Any]:
    browser = Browser()
    row = services.subscribe(
        actor=actor, endpoint=f"{service.url}/{name}", label="Firefox/1", **browser.keys
    )
    return browser, row


def assign(people: Cast, expert: Actor, ticket: Ticket) -> None:
    services.assign(actor=expert, ticket_id=ticket.pk, assignee=people.technician)


def test_a_browser_is_told_and_reads_it(
    people: Cast, technician: Actor, expert: Actor, ticket: Ticket, push_service: PushService
) -> None:
    browser, row = subscribed(technician, push_service)
    assign(people, expert, ticket)
    worker.run_due()
    ((path, headers, body),) = push_service.taken
    assert path == "/a"
    assert headers["content-encoding"] == "aes128gcm"
    assert "ttl" in headers
    told = browser.read(body)
    assert ticket.title in told["body"]
    assert str(people.expert) in told["title"]
    assert told["url"].startswith("/desk/for-me/")
    # The push service reads nothing of it, and knows who writes.
    assert ticket.title.encode() not in body
    assert push_service.signer() == PushKey.objects.get().public
    row.refresh_from_db()
    assert row.sent_at is not None
    assert Notice.objects.get(channel=NoticeChannel.PUSH).state == "sent"


def test_several_held_back_are_told_as_one(
    people: Cast, technician: Actor, expert: Actor, ticket: Ticket, push_service: PushService
) -> None:
    browser, _row = subscribed(technician, push_service)
    assign(people, expert, ticket)
    services.reply(actor=services_user(people), ticket_id=ticket.pk, text="Alors ?")
    releasing.release(actor=system(), person_id=people.technician.pk, channel="push")
    worker.run_due()
    assert len(push_service.taken) == 1
    assert browser.read(push_service.taken[0][2])["tag"] == "several"


def services_user(people: Cast) -> Actor:
    return people_factories.actor(people.user)


def test_nothing_is_pushed_that_its_reader_may_no_longer_read(
    people: Cast, technician: Actor, expert: Actor, ticket: Ticket, push_service: PushService
) -> None:
    subscribed(technician, push_service)
    assign(people, expert, ticket)
    people.technician.role_assignments.all().delete()
    people.technician.memberships.all().delete()
    worker.run_due()
    assert push_service.taken == []


def test_nothing_is_pushed_to_a_closed_account(
    people: Cast, technician: Actor, expert: Actor, ticket: Ticket, push_service: PushService
) -> None:
    subscribed(technician, push_service)
    assign(people, expert, ticket)
    people.technician.account.is_active = False
    people.technician.account.save()
    worker.run_due()
    assert push_service.taken == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    people: Cast, technician: Actor, expert: Actor, ticket: Ticket, push_service: PushService,
    status: int,
) -> None:  # fmt: skip
    subscribed(technician, push_service)
    push_service.status = status
    assign(people, expert, ticket)
    worker.run_due()
    assert not PushSubscription.objects.exists()


def test_a_service_that_fails_is_asked_again_and_no_redirection_is_followed(
    people: Cast, technician: Actor, expert: Actor, ticket: Ticket, push_service: PushService
) -> None:
    _browser, row = subscribed(technician, push_service)
    push_service.status = 503
    assign(people, expert, ticket)
    worker.run_due()
    row.refresh_from_db()
    assert row.failures == 1
    assert Task.objects.filter(path__endswith="push_notices", run_after__gt=timezone.now()).exists()
    push_service.status = 307
    Task.objects.filter(path__endswith="push_notices").update(run_after=timezone.now())
    worker.run_due()
    assert [path for path, _headers, _body in push_service.taken] == ["/a", "/a"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://169.254.169.254/latest",
        "https://localhost/a",
        "https://user:secret@push.example/a",
        "ftp://push.example/a",
        "https://",
        "",
        "https://push.example/" + "a" * 500,
    ],
)
def test_only_a_push_service_outside_is_called(technician: Actor, endpoint: str) -> None:
    with pytest.raises(Invalid):
        services.subscribe(actor=technician, endpoint=endpoint, **Browser().keys)


def test_a_name_that_leads_inside_is_not_called(
    people: Cast, technician: Actor, expert: Actor, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.subscribe(actor=technician, endpoint="https://push.example/a", **Browser().keys)
    inside = [(2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr("compagnon.core.guarded_http.socket.getaddrinfo", lambda *_a, **_k: inside)
    assign(people, expert, ticket)
    worker.run_due()
    assert not PushSubscription.objects.exists()


def test_bad_keys_and_programs_are_refused(technician: Actor) -> None:
    with pytest.raises(Invalid):
        services.subscribe(
            actor=technician, endpoint="https://push.example/a", p256dh="x", auth="y"
        )
    with pytest.raises(Refused):
        services.subscribe(actor=system(), endpoint="https://push.example/a", **Browser().keys)


def test_a_browser_is_one_persons_at_a_time_and_its_keys_are_sealed(
    people: Cast, technician: Actor, expert: Actor
) -> None:
    keys = Browser().keys
    for one in (technician, expert):
        services.subscribe(actor=one, endpoint="https://push.example/a", **keys)
    row = PushSubscription.objects.get()
    assert row.person == people.expert
    assert "push.example" not in row.sealed
    assert keys["auth"] not in row.sealed
    with pytest.raises(NotFound):
        services.unsubscribe(actor=technician, subscription_id=row.pk)
    assert not visible(PushKey, expert).exists()
    key = PushKey.objects.get()
    assert push_keys.webpush_public(key) == key.public
    services.unsubscribe(actor=expert, subscription_id=row.pk)
    assert not PushSubscription.objects.exists()


def test_signing_out_ends_what_was_asked_in_that_browser(people: Cast) -> None:
    person = people.technician
    if not hasattr(person, "account"):
        people_factories.account(person)
    here, elsewhere = Client(), Client()
    for number, client in enumerate((here, elsewhere)):
        client.force_login(person.account)
        made = client.post(
            "/api/v1/push-subscriptions",
            {"endpoint": f"https://push.example/{number}", "keys": Browser().keys},
            content_type="application/json",
        )
        assert made.status_code == 201, made.content
    here.post("/account/logout/")
    assert [one["id"] for one in elsewhere.get("/api/v1/push-subscriptions").json()["items"]] == [
        PushSubscription.objects.get().pk
    ]


def test_the_operator_renews_the_key(technician: Actor, capsys: pytest.CaptureFixture[str]) -> None:
    services.subscribe(actor=technician, endpoint="https://push.example/a", **Browser().keys)
    first = PushKey.objects.get().public
    call_command("push-key", "--json")
    assert first in capsys.readouterr().out
    call_command("push-key", "--renew", "--json")
    assert PushKey.objects.get().public != first
    assert not PushSubscription.objects.exists()
    with pytest.raises(Refused):
        services.ensure_push_key(actor=technician, renew=True)
