"""What a change of contract does to tickets, and what the desk lends to the contract's pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from compagnon.contracts.proposals import CommitmentLine, TermsChange
from compagnon.contracts.services import contracts
from compagnon.contracts.subjects import category_choices, category_label, described
from compagnon.contracts.tests import factories as contract_factories
from compagnon.desk import services
from compagnon.desk.models import Category, Ticket
from compagnon.people.tests.factories import actor, system

pytestmark = pytest.mark.django_db


def test_due_times_follow_a_change_of_terms(
    cast: Any, django_capture_on_commit_callbacks: Any
) -> None:
    around = contract_factories.calendar(always_open=True)
    agreed = contract_factories.contract(
        cast.client_a, calendar_=around, targets={"resolution": 36_000}
    )
    ticket = services.open_ticket(
        actor=actor(cast.technician), requester=cast.user, title="Écran noir", text="Plus rien."
    )
    before, version = ticket.due_at, ticket.version
    terms = TermsChange(around.pk, (CommitmentLine("resolution", 3600),))
    with django_capture_on_commit_callbacks(execute=True):
        contracts.change_terms(actor=system(), contract=agreed, terms=terms)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert before is not None
    assert ticket.due_at is not None
    assert (before - ticket.due_at).total_seconds() == 9 * 3600
    assert ticket.version == version


def test_tickets_are_named_to_who_sees_them(cast: Any) -> None:
    ticket = services.open_ticket(
        actor=actor(cast.technician), requester=cast.user, title="Écran noir", text="Plus rien."
    )
    subject = ("ticket", ticket.pk)
    label, url = described(actor(cast.technician), [subject])[subject]
    assert "Écran noir" in label
    assert url == reverse("desk:ticket", args=[ticket.pk])
    assert described(actor(cast.outsider), [subject]) == {}


def test_categories_are_offered_to_commitments(cast: Any) -> None:
    top = Category.objects.create(name="Matériel", name_en="Hardware", path="/1/")
    low = Category.objects.create(name="Écran", parent=top, path="/1/2/")
    assert (low.path, "Matériel › Écran") in category_choices()
    assert category_label("1/2") == "Matériel › Écran"
