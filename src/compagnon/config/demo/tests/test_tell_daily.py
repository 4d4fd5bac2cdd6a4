"""What surrounds the demonstration's tickets: kept ready, connected, said these days."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from compagnon.config.demo import filling, titles
from compagnon.core.actor import Source
from compagnon.core.models import ConsumerPosition, OutboxItem
from compagnon.desk.models import (
    Alert,
    CannedReply,
    Draft,
    Macro,
    MailProtection,
    Notice,
    OutgoingMail,
    OutgoingState,
    SavedView,
    TicketLink,
    TicketMerge,
    TicketTemplate,
    TimeEntry,
    Wait,
    Watcher,
    Webhook,
    WebhookDelivery,
)
from compagnon.desk.outbound import webhooks
from compagnon.desk.services.webhooks import replay_delivery
from compagnon.people.models import Person
from compagnon.people.queries import actor_for

pytestmark = pytest.mark.django_db
UNTIL = datetime(2026, 3, 12, 15, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def without_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    # They have a test of their own, and their keys take seconds.
    monkeypatch.setattr(titles, "fill", lambda *_args, **_more: None)


def test_there_is_life_of_every_kind() -> None:
    filling.fill(tickets=240, seed=3, until=UNTIL)
    for model in (CannedReply, Macro, TicketTemplate, SavedView, Draft, Watcher, TicketLink):
        assert model.objects.count() >= 3, model
    assert sorted(Alert.objects.values_list("state", "ticket__state")) == [
        ("ended", "solved"),
        ("firing", "new"),
    ]
    assert TicketMerge.objects.count() == 2
    assert list(MailProtection.objects.values_list("signature", flat=True)) == ["valid"]
    weeks = {entry.day.isocalendar().week for entry in TimeEntry.objects.all()}
    assert len(weeks) >= 4
    events = set(Notice.objects.values_list("event", flat=True))
    assert {"mention", "assigned", "wrote", "watched"} <= events
    assert Notice.objects.filter(read_at=None).exists()
    waits = Wait.objects.filter(ended_at=None)
    assert waits.filter(reminded__gte=1).exists()
    assert not waits.filter(next_at__lte=UNTIL).exists()
    assert Notice.objects.latest("created_at").created_at <= UNTIL


def test_nothing_is_called_when_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    filling.fill(tickets=20, seed=3, until=UNTIL)

    def called(*_args: object, **_more: object) -> None:
        raise AssertionError("something was called")

    monkeypatch.setattr(webhooks.guarded_http, "call", called)
    hook = Webhook.objects.get()
    assert hook.url.startswith("http://127.0.0.1:")
    assert webhooks.due() == []
    webhooks.follow()
    assert not WebhookDelivery.objects.filter(state="waiting").exists()
    assert not OutgoingMail.objects.filter(state=OutgoingState.WAITING).exists()
    # Followed from its end: the first turn of the worker does not read a year of journal.
    position = ConsumerPosition.objects.get(name=webhooks.CONSUMER).position
    assert position == OutboxItem.objects.order_by("-position")[0].position
    # What failed can be sent again, by whoever keeps the subscription.
    failed = WebhookDelivery.objects.get(status=503)
    owner = actor_for(Person.objects.get(last_name="Kerbrat"), source=Source.PAGE)
    again = replay_delivery(actor=owner, delivery=failed)
    assert (again.message_id, again.payload) == (failed.message_id, failed.payload)
