"""Events reach their receiver signed, in order, at least once; nothing reaches inside."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from compagnon.core import guarded_http, outbox, resolving
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, Refused
from compagnon.core.models import Entry
from compagnon.core.tasks.worker import run_due
from compagnon.desk import services
from compagnon.desk.models import DeliveryState, Webhook, WebhookDelivery, WebhookState
from compagnon.desk.outbound import signing, webhooks
from compagnon.desk.services import webhooks as verbs
from compagnon.desk.tests import factories
from compagnon.desk.tests.webhook_receiver import Receiver, is_signed, listening
from compagnon.people.models import Account, RoleAssignment
from compagnon.people.tests.factories import Cast, actor, grant, organisation, person, role

KEEPER = {"webhook.manage", "ticket.view", "ticket.open"}


@pytest.fixture
def keeper(people: Cast) -> Actor:
    """Somebody who keeps webhooks for the provider and all its clients."""
    somebody = person(people.provider, "Wanda", "Berger")
    grant(somebody, role(verbs=KEEPER), people.provider)
    return actor(somebody)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A receiver inside, which the operator allowed."""
    settings.OUTGOING_ALLOW = ["127.0.0.0/8"]
    with listening() as found:
        yield found


def made(keeper: Actor, people: Cast, receiver: Receiver, **values: Any) -> verbs.Made:
    values = {"organisation": people.provider, "name": "Tchat", "url": receiver.url} | values
    return verbs.create_webhook(actor=keeper, **values)


def follow() -> None:
    webhooks.follow()
    run_due()


def hasten(hook: Webhook) -> None:
    """Let the next attempt be due."""
    Webhook.objects.filter(pk=hook.pk).update(next_at=timezone.now() - timedelta(seconds=1))


def test_events_arrive_in_order_signed(people: Cast, keeper: Actor, receiver: Receiver) -> None:
    factories.ticket(people.user, title="Avant")
    hook, secret = made(keeper, people, receiver)
    ticket = factories.ticket(people.user, title="Écran noir")
    services.take(actor=actor(people.technician), ticket_id=ticket.pk)
    services.reply(actor=actor(people.technician), ticket_id=ticket.pk, text="Je regarde.")
    follow()
    told = receiver.documents()
    assert [one["type"] for one in told] == ["ticket.open", "ticket.take", "ticket.reply"]
    data = told[1]["data"]
    assert data["ticket"]["title"] == "Écran noir"
    assert data["ticket"]["reference"] == ticket.reference
    assert data["actor"]["id"] == people.technician.pk
    assert all(is_signed(secret, headers, body) for headers, body in receiver.got)
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 3
    hook.refresh_from_db()
    assert (hook.failures, hook.lease) == (0, "")
    assert secret not in hook.secret
    follow()
    assert len(receiver.got) == 3, "nothing is told twice"


def test_one_that_fails_holds_those_behind_it(
    people: Cast, keeper: Actor, receiver: Receiver
) -> None:
    hook, _secret = made(keeper, people, receiver)
    first = factories.ticket(people.user, title="Un")
    factories.ticket(people.user, title="Deux")
    receiver.statuses = [500, 503, 200]
    follow()
    follow()
    assert len(receiver.got) == 1, "no second attempt before its time, and nobody passes"
    hasten(hook)
    follow()
    hook.refresh_from_db()
    assert (hook.failures, len(receiver.got)) == (2, 2)
    hasten(hook)
    follow()
    ids = [headers["webhook-id"] for headers, _body in receiver.got]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert next(body for _headers, body in receiver.got) == receiver.got[2][1]
    assert receiver.documents()[2]["data"]["ticket"]["id"] == first.pk
    hook.refresh_from_db()
    assert (hook.failures, hook.next_at, hook.state) == (0, None, "active")
    sent = WebhookDelivery.objects.order_by("id").first()
    assert sent is not None
    assert (sent.attempts, sent.status, sent.answer, sent.state) == (3, 200, "ok", "sent")


def test_a_crash_before_the_note_sends_again_under_the_same_id(
    people: Cast, keeper: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook, _secret = made(keeper, people, receiver)
    factories.ticket(people.user)

    class Crashed(BaseException):
        pass

    def crash(*_args: Any, **_kwargs: Any) -> bool:
        raise Crashed

    webhooks.follow()
    with monkeypatch.context() as patched:
        patched.setattr(webhooks, "_note", crash)
        with pytest.raises(Crashed):
            webhooks.send_waiting(hook.pk)
    assert webhooks.send_waiting(hook.pk) == 1
    ids = [headers["webhook-id"] for headers, _body in receiver.got]
    assert ids[0] == ids[1]


def test_a_lease_is_held_by_one_worker(people: Cast, keeper: Actor, receiver: Receiver) -> None:
    hook, _secret = made(keeper, people, receiver)
    factories.ticket(people.user)
    webhooks.follow()
    until = timezone.now() + timedelta(seconds=30)
    Webhook.objects.filter(pk=hook.pk).update(lease="another", lease_until=until)
    assert webhooks.send_waiting(hook.pk) == 0
    assert webhooks.due() == []
    Webhook.objects.filter(pk=hook.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert webhooks.send_waiting(hook.pk) == 1


def test_the_journal_is_followed_once(people: Cast, keeper: Actor, receiver: Receiver) -> None:
    hook, _secret = made(keeper, people, receiver)
    factories.ticket(people.user)
    outbox.sequence()
    entries = list(Entry.objects.filter(verb="ticket.open"))
    webhooks.write_messages(entries)
    webhooks.write_messages(entries)
    assert hook.deliveries.count() == 1


def test_it_stops_after_failures_and_tells_its_owner(
    people: Cast, keeper: Actor, receiver: Receiver, settings: Any
) -> None:
    settings.WEBHOOK_FAILURES = 3
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    hook, _secret = made(keeper, people, receiver)
    factories.ticket(people.user)
    receiver.statuses = [500]
    for _time in range(4):
        hasten(hook)
        follow()
    hook.refresh_from_db()
    assert hook.state == WebhookState.STOPPED
    assert (len(receiver.got), hook.stopped_reason) == (3, "answered 500")
    assert Entry.objects.filter(verb="webhook.stop", object_id=hook.pk).count() == 1
    (letter,) = mail.outbox
    assert "Tchat" in letter.subject
    assert "answered 500" in letter.body
    factories.ticket(people.user, title="Pendant l’arrêt")
    follow()
    assert len(receiver.got) == 3
    receiver.statuses = [204]
    verbs.resume_webhook(actor=keeper, webhook=hook)
    follow()
    assert len(receiver.got) == 5, "what was kept meanwhile leaves, in its order"
    assert receiver.documents()[-1]["data"]["ticket"]["title"] == "Pendant l’arrêt"


def test_a_receiver_that_is_gone_stops_it_at_once(
    people: Cast, keeper: Actor, receiver: Receiver
) -> None:
    hook, _secret = made(keeper, people, receiver)
    factories.ticket(people.user)
    receiver.statuses = [410]
    follow()
    hook.refresh_from_db()
    assert hook.state == WebhookState.STOPPED


def test_only_the_events_and_the_organisation_asked(
    people: Cast, keeper: Actor, receiver: Receiver
) -> None:
    made(keeper, people, receiver, organisation=people.client_a, events=["ticket.take"])
    technician = actor(people.technician)
    for somebody in (people.user, people.outsider):
        services.take(actor=technician, ticket_id=factories.ticket(somebody).pk)
    follow()
    assert [one["type"] for one in receiver.documents()] == ["ticket.take"]


def test_nothing_is_told_that_its_owner_does_not_see(people: Cast, receiver: Receiver) -> None:
    somebody = person(people.client_a, "Alix")
    given = grant(somebody, role(verbs=KEEPER), people.client_a)
    owner = actor(somebody)
    with pytest.raises(Refused):
        made(owner, people, receiver)
    made(owner, people, receiver, organisation=people.client_a)
    factories.ticket(people.outsider)
    factories.ticket(people.user, title="La mienne")
    follow()
    assert [one["data"]["ticket"]["title"] for one in receiver.documents()] == ["La mienne"]
    # A right that is taken back holds for what waits as well.
    factories.ticket(people.user, title="Plus tard")
    webhooks.follow()
    RoleAssignment.objects.filter(pk=given.pk).delete()
    run_due()
    assert len(receiver.got) == 1
    assert WebhookDelivery.objects.filter(state=DeliveryState.SKIPPED).count() == 1


def test_nothing_is_sent_for_an_owner_whose_account_is_closed(
    people: Cast, receiver: Receiver
) -> None:
    owner = people.technician
    grant(owner, role(verbs=KEEPER), people.provider)
    made(actor(owner), people, receiver)
    factories.ticket(people.user, title="Avant")
    webhooks.follow()
    Account.objects.filter(person=owner).update(is_active=False)
    factories.ticket(people.user, title="Après")
    follow()
    assert not receiver.got
    assert not WebhookDelivery.objects.filter(payload__contains="Après").exists()


def test_who_changes_it_becomes_its_owner(people: Cast, keeper: Actor, receiver: Receiver) -> None:
    hook, _secret = made(keeper, people, receiver, organisation=people.client_a)
    somebody = person(people.client_a, "Alix")
    grant(somebody, role(verbs=KEEPER), people.client_a)
    changes = {"url": receiver.url + "/autre"}
    verbs.change_webhook(actor=actor(somebody), webhook=hook, changes=changes)
    hook.refresh_from_db()
    assert hook.owner_id == somebody.pk


def test_both_secrets_sign_while_one_is_changed(
    people: Cast, keeper: Actor, receiver: Receiver
) -> None:
    hook, old = made(keeper, people, receiver)
    _hook, new = verbs.rotate_webhook(actor=keeper, webhook=hook)
    factories.ticket(people.user)
    follow()
    ((headers, body),) = receiver.got
    assert is_signed(old, headers, body)
    assert is_signed(new, headers, body)
    Webhook.objects.update(previous_until=timezone.now())
    factories.ticket(people.user)
    follow()
    headers, body = receiver.got[-1]
    assert is_signed(new, headers, body)
    assert not is_signed(old, headers, body)


def test_who_mends_it_does_not_wait_for_the_next_attempt(
    people: Cast, keeper: Actor, receiver: Receiver
) -> None:
    hook, _secret = made(keeper, people, receiver, events=["ticket.open"])
    factories.ticket(people.user, title="Écran noir")
    follow()
    right = receiver.url
    far = timezone.now() + timedelta(hours=12)
    for mend in ("address", "secret", "test", "replay"):
        Webhook.objects.filter(pk=hook.pk).update(next_at=far, failures=9)
        head = WebhookDelivery.objects.filter(webhook=hook).order_by("id")[0]
        if mend != "replay":
            WebhookDelivery.objects.filter(pk=head.pk).update(state=DeliveryState.WAITING)
        hook.refresh_from_db()
        if mend == "address":
            verbs.change_webhook(actor=keeper, webhook=hook, changes={"url": f"{right}?new"})
        elif mend == "secret":
            verbs.rotate_webhook(actor=keeper, webhook=hook)
        elif mend == "test":
            verbs.send_test(actor=keeper, webhook=hook)
        else:
            verbs.replay_delivery(actor=keeper, delivery=head)
        run_due()
        waiting = WebhookDelivery.objects.filter(webhook=hook, state=DeliveryState.WAITING)
        assert not waiting.exists(), mend
        hook.refresh_from_db()
        assert (hook.failures, hook.next_at) == (0, None), mend


def test_what_a_former_address_still_answers_does_not_count(
    people: Cast, keeper: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook, _secret = made(keeper, people, receiver, events=["ticket.open"])
    factories.ticket(people.user, title="Écran noir")
    former, call = hook.url, guarded_http.call

    def moved(url: str, **given: Any) -> guarded_http.Answer:
        if url != former:
            return call(url, **given)
        verbs.change_webhook(actor=keeper, webhook=hook, changes={"url": f"{former}?new"})
        raise guarded_http.Unanswered("it hung until its address was changed")

    monkeypatch.setattr(guarded_http, "call", moved)
    follow()
    hook.refresh_from_db()
    assert (hook.failures, hook.next_at) == (0, None)
    follow()
    assert WebhookDelivery.objects.get(webhook=hook).state == DeliveryState.SENT


def test_a_new_name_leaves_the_next_attempt_where_it_was(
    people: Cast, keeper: Actor, receiver: Receiver
) -> None:
    hook, _secret = made(keeper, people, receiver)
    far = timezone.now() + timedelta(hours=12)
    Webhook.objects.filter(pk=hook.pk).update(next_at=far, failures=9)
    changed = verbs.change_webhook(actor=keeper, webhook=hook, changes={"name": "Salon"})
    changed.refresh_from_db()
    assert (changed.failures, changed.next_at) == (9, far)


def test_a_secret_that_cannot_be_read_is_mended_by_a_new_one_and_left_out_as_the_former(
    people: Cast, keeper: Actor, receiver: Receiver
) -> None:
    hook, _old = made(keeper, people, receiver, events=["ticket.open"])
    Webhook.objects.filter(pk=hook.pk).update(secret="sealed by a key that is lost")
    factories.ticket(people.user, title="Écran noir")
    follow()
    assert "give a new one" in WebhookDelivery.objects.get(webhook=hook).error
    secret = verbs.rotate_webhook(actor=keeper, webhook=hook).secret
    run_due()
    assert WebhookDelivery.objects.get(webhook=hook).state == DeliveryState.SENT
    assert is_signed(secret, *receiver.got[-1])
    secret = verbs.rotate_webhook(actor=keeper, webhook=hook).secret
    Webhook.objects.filter(pk=hook.pk).update(previous_secret="sealed by a key that is lost")
    factories.ticket(people.user, title="Écran blanc")
    follow()
    assert not hook.deliveries.exclude(state=DeliveryState.SENT).exists()
    assert is_signed(secret, *receiver.got[-1])


def test_replay_keeps_the_identifier_and_skip_lets_the_next_pass(
    people: Cast, keeper: Actor, receiver: Receiver
) -> None:
    hook, _secret = made(keeper, people, receiver)
    factories.ticket(people.user)
    follow()
    message = hook.deliveries.get()
    verbs.replay_delivery(actor=keeper, delivery=message)
    run_due()
    assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]
    assert receiver.got[0][1] == receiver.got[1][1]
    receiver.statuses = [400, 200]
    factories.ticket(people.user, title="Refusée")
    factories.ticket(people.user, title="Suivante")
    follow()
    head = hook.deliveries.filter(state="waiting").order_by("id").first()
    assert head is not None
    verbs.skip_delivery(actor=keeper, delivery=head)
    run_due()
    assert receiver.documents()[-1]["data"]["ticket"]["title"] == "Suivante"
    with pytest.raises(Conflict):
        verbs.skip_delivery(actor=keeper, delivery=head)
    verbs.pause_webhook(actor=keeper, webhook=hook)
    with pytest.raises(Conflict):
        verbs.replay_delivery(actor=keeper, delivery=message)


def test_redirections_are_refused_and_answers_bounded(
    people: Cast, keeper: Actor, receiver: Receiver
) -> None:
    hook, _secret = made(keeper, people, receiver)
    receiver.statuses, receiver.headers = [302], {"Location": receiver.url + "/ailleurs"}
    receiver.body = b"x" * 500_000
    factories.ticket(people.user)
    follow()
    message = hook.deliveries.get()
    assert (len(receiver.got), message.status) == (1, 302)
    assert len(message.answer) == 2000


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.net/in",
        "https://127.0.0.1/in",
        "https://localhost/in",
        "https://[::1]/in",
        "https://[::ffff:10.0.0.1]/in",
        "https://169.254.169.254/latest/meta-data/",
        "https://user:secret@hooks.example.net/",
        "ftp://hooks.example.net/",
        "https://hooks.example.net/a b",
        "https:///in",
    ],
)
def test_addresses_inside_are_refused(people: Cast, keeper: Actor, url: str) -> None:
    with pytest.raises(Invalid):
        verbs.create_webhook(actor=keeper, organisation=people.provider, name="x", url=url)


def test_a_name_that_leads_inside_is_refused_at_the_call(
    people: Cast, keeper: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compagnon.core import guarded_http

    monkeypatch.setattr(
        guarded_http.socket,
        "getaddrinfo",
        lambda _host, port, **_more: [(2, 1, 6, "", (ip, port)) for ip in ("8.8.8.8", "10.0.0.7")],
    )
    made = verbs.create_webhook(
        actor=keeper, organisation=people.provider, name="x", url="https://hooks.example.net/"
    )
    factories.ticket(people.user)
    follow()
    message = made.webhook.deliveries.get()
    assert "inside" in message.error
    assert message.status is None


def test_a_name_that_is_never_resolved_holds_no_worker(
    people: Cast, keeper: Actor, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, known = threading.Event(), socket.getaddrinfo

    def resolve(name: Any, *asked: Any, **more: Any) -> list[Any]:
        return [] if name == "hooks.example.net" and ended.wait() else known(name, *asked, **more)

    monkeypatch.setattr(resolving.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(webhooks, "CALL_SECONDS", 0.1)
    stuck = verbs.create_webhook(
        actor=keeper, organisation=people.provider, name="x", url="https://hooks.example.net/"
    ).webhook
    other, _secret = made(keeper, people, receiver)
    factories.ticket(people.user)
    try:
        follow()
    finally:
        ended.set()
    message = stuck.deliveries.get()
    assert (message.state, message.attempts) == (DeliveryState.WAITING, 1)
    assert "not resolved in time" in message.error
    stuck.refresh_from_db()
    assert (stuck.lease, stuck.failures) == ("", 1)
    # The next one's turn came.
    assert other.deliveries.get().state == DeliveryState.SENT


def test_pages_and_their_refusals(
    people: Cast, keeper: Actor, receiver: Receiver, signed_in: Any
) -> None:
    client: Client = signed_in(people.provider, *KEEPER)
    answer = client.post(
        "/desk/webhooks/new/",
        {"organisation": people.provider.pk, "name": "Tchat", "url": receiver.url, "events": []},
    )
    assert answer.status_code == 200
    assert b"whsec_" in answer.content
    hook = Webhook.objects.get()
    assert b"whsec_" not in client.get(f"/desk/webhooks/{hook.pk}/").content
    client.post(f"/desk/webhooks/{hook.pk}/do/test/")
    run_due()
    assert receiver.documents()[0]["type"] == "webhook.test"
    assert b"webhook.test" in client.get(f"/desk/webhooks/{hook.pk}/").content
    message = hook.deliveries.get()
    assert client.get(f"/desk/webhook-messages/{message.pk}/").status_code == 200
    client.post(f"/desk/webhook-messages/{message.pk}/do/replay/")
    run_due()
    assert len(receiver.got) == 2
    bad = client.post(f"/desk/webhooks/{hook.pk}/change/", {"name": "x", "url": "http://10.0.0.1"})
    assert bad.status_code == 422
    assert b"whsec_" in client.post(f"/desk/webhooks/{hook.pk}/do/rotate/").content
    stranger: Client = signed_in(organisation("Autre"), *KEEPER)
    assert stranger.get(f"/desk/webhooks/{hook.pk}/").status_code == 404
    assert stranger.post(f"/desk/webhooks/{hook.pk}/do/rotate/").status_code == 404
    assert signed_in(people.provider, "ticket.view").get("/desk/webhooks/").status_code == 403
    assert client.post(f"/desk/webhooks/{hook.pk}/do/remove/").status_code == 302
    assert not Webhook.objects.exists()


def test_old_messages_are_forgotten(people: Cast, keeper: Actor, receiver: Receiver) -> None:
    hook, _secret = made(keeper, people, receiver)
    factories.ticket(people.user)
    follow()
    assert webhooks.forget(at=timezone.now() + timedelta(days=29)) == 0
    assert webhooks.forget(at=timezone.now() + timedelta(days=31)) == 1
    assert not hook.deliveries.exists()


def test_signatures_are_those_of_the_specification() -> None:
    """The example of the specification of Standard Webhooks."""
    found = signing.sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
