"""Acknowledgements stop where a program might answer them for ever, and nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from compagnon.desk.models import Channel, OutgoingMail, OutgoingState, Ticket
from compagnon.desk.services.outgoing import ACKNOWLEDGEMENTS_PER_HOUR
from compagnon.desk.tests import factories
from compagnon.people.models import Person
from compagnon.people.tests.factories import Cast


def state_of_another(person: Person, channel: Channel) -> str:
    ticket = factories.ticket(person, channel=channel, acknowledge=True)
    return OutgoingMail.objects.get(ticket=ticket, person=person).state


@pytest.fixture
def flooded(people: Cast) -> Cast:
    """The user has had as many acknowledgements of mail as an hour allows."""
    for _number in range(ACKNOWLEDGEMENTS_PER_HOUR):
        assert state_of_another(people.user, Channel.MAIL) == OutgoingState.WAITING
    return people


def test_one_more_mail_is_not_acknowledged_and_its_ticket_is_there(flooded: Cast) -> None:
    assert state_of_another(flooded.user, Channel.MAIL) == OutgoingState.SUPPRESSED
    assert Ticket.objects.count() == ACKNOWLEDGEMENTS_PER_HOUR + 1


@pytest.mark.parametrize("channel", [one for one in Channel if one != Channel.MAIL])
def test_every_other_channel_is(flooded: Cast, channel: Channel) -> None:
    assert state_of_another(flooded.user, channel) == OutgoingState.WAITING


def test_so_is_another_sender(flooded: Cast) -> None:
    assert state_of_another(flooded.colleague, Channel.MAIL) == OutgoingState.WAITING


def test_other_channels_are_not_counted(people: Cast) -> None:
    for _number in range(ACKNOWLEDGEMENTS_PER_HOUR + 2):
        assert state_of_another(people.user, Channel.PHONE) == OutgoingState.WAITING
    assert state_of_another(people.user, Channel.MAIL) == OutgoingState.WAITING


def test_an_hour_later_it_is_again(flooded: Cast) -> None:
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    assert state_of_another(flooded.user, Channel.MAIL) == OutgoingState.WAITING
