"""Attestations in the database, for tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from unittest import mock

from django.test import Client
from django.utils import timezone

from compagnon.people.models import Organisation, Person
from compagnon.people.services import tokens
from compagnon.people.tests import factories as people
from compagnon.titles.models import Attestation, SigningKey
from compagnon.titles.proving import certificates
from compagnon.titles.services import outcomes, signing_keys
from compagnon.titles.tests import proofs

VALUES: dict[str, Any] = {
    "kind": "ccp",
    "holder": "Claire Moreau",
    "title_code": "TP-00485",
    "title_name": "Technicien supérieur de support en informatique",
    "element_code": "CCP 1",
    "element_name": "Assister les utilisateurs",
    "version": "08",
    "level": "5 (Europe)",
    "decided_on": date(2026, 10, 2),
    "decision": "PV-2026-0007",
    "language": "fr",
}


def keys() -> None:
    """Keep keys in the database; RSA keys are made once for all tests, as they take time."""
    if SigningKey.objects.exists():
        return
    who = proofs.maker()
    with (
        mock.patch.object(certificates, "make_authority", return_value=who.authority),
        mock.patch.object(certificates, "make_signer", return_value=who.document),
    ):
        signing_keys.create_keys(actor=people.system(), name="Centre Élan")


def attestation(organisation: Organisation, **changes: Any) -> Attestation:
    """Issue one."""
    values = {"actor": people.system(), "organisation": organisation} | VALUES | changes
    return outcomes.issue_attestation(**values)


def api_client(person: Person) -> Client:
    """A program that calls for somebody."""
    if not hasattr(person, "account"):
        people.account(person)
    _row, raw = tokens.create(
        actor=people.actor(person),
        account=person.account,
        name="Essais",
        expires_at=timezone.now() + timedelta(days=1),
    )
    return Client(headers={"Authorization": f"Bearer {raw}"})
