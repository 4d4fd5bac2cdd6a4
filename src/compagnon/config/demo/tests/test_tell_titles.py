"""The titles of the demonstration: paths, a session past with its papers, one to come, accounts."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace

import pytest
from django.utils import timezone

from compagnon.config.demo import organisation, titles
from compagnon.config.demo.accounts import PASSWORD, accounts
from compagnon.core.actor import Actor, Source
from compagnon.people.models import Account, Person
from compagnon.titles.models import (
    Attestation,
    AttestationKind,
    Candidacy,
    HeldCertificate,
    Minutes,
    Path,
    Session,
    SessionMail,
    SessionState,
)
from compagnon.titles.queries import outcomes
from compagnon.titles.services import minutes, referentials
from compagnon.titles.tests import attesting


@pytest.mark.django_db
def test_the_titles_of_the_demonstration(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    monkeypatch.setattr(titles, "SITTING_FROM", 0)
    # RSA keys are made once for all tests; the demonstration makes its own.
    made: list[str] = []

    def make_keys(*, actor: Actor, name: str) -> None:
        made.append(name)
        attesting.keys()

    monkeypatch.setattr(titles.sitting, "signing_keys", SimpleNamespace(create_keys=make_keys))
    actor = Actor.system("demo", source=Source.DEMO)
    referentials.install_shipped(actor=actor)
    _world, parties = organisation.build(actor, Random(1))  # noqa: S311
    titles.fill(actor, parties.provider, parties.client, until=timezone.now())
    assert made == ["Centre de formation Compagnon"]
    assert set(Candidacy.objects.values_list("path", flat=True)) == {
        Path.CONTINUOUS, Path.VAE, Path.DISCONTINUOUS,
    }  # fmt: skip
    past, coming = Session.objects.order_by("starts_at")
    assert (past.state, coming.state) == (SessionState.CLOSED, SessionState.PLANNED)
    assert sorted(one.content["decision"]["outcome"] for one in Minutes.objects.all()) == [
        "granted", "partial",
    ]  # fmt: skip
    assert minutes.broken(past.organisation) == []
    title = Attestation.objects.get(kind=AttestationKind.TITLE)
    reader = Actor.system("tests")
    assert outcomes.booklet_of(reader, Person(pk=title.person_id), language="fr")[:4] == b"%PDF"
    assert HeldCertificate.objects.count() == 4 + 2 + 1
    assert not SessionMail.objects.exclude(state="sent").exists()
    shown = {one.role: one.address for one in accounts()}
    for role in ("Jurée, présidente", "Candidat au titre, reçu", "Candidat par la VAE"):
        assert Account.objects.get(email=shown[role]).check_password(PASSWORD)
