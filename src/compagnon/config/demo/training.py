"""The training centre of the demonstration: its candidates and jurors, who hold no role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from compagnon.config.demo import data
from compagnon.core.actor import Actor
from compagnon.people import rules
from compagnon.people.models import Account, Organisation, Person
from compagnon.people.services import accounts, organisations, persons
from compagnon.titles.models import (
    AccommodationKind,
    Candidacy,
    CandidacyState,
    CertificateKind,
    IdentityDocument,
    Juror,
    NoticeState,
    Path,
    PeriodKind,
    TitleVersion,
)
from compagnon.titles.services import candidacies, jurors, rights, sessions

LONG: Final = 300


@dataclass(frozen=True, slots=True)
class Centre:
    """The centre, who goes for a title there by which path, and whom it may invite."""

    organisation: Organisation
    version: TitleVersion
    trainer: Person
    going: dict[str, Candidacy]
    jurors: list[Juror]


def build(
    actor: Actor, provider: Organisation, version: TitleVersion, trainer: Person, *, today: date
) -> Centre:
    """Make the centre with its people, their candidacies and the register of jurors."""
    found = data.organisation()["training"]
    centre = organisations.create(
        actor=actor, name=found["name"], parent=provider, domains=[found["domain"]]
    )
    outside = organisations.create(
        actor=actor, name=found["jury"], parent=provider, domains=[found["jury_domain"]]
    )
    people = {one["last"]: _person(actor, centre, one) for one in found["candidates"]}
    _same_password(people.values())
    sessions.record_approval(
        actor=actor, centre=centre, version=version, number="AGR-2025-041",
        approved_on=today - timedelta(days=500),
    )  # fmt: skip
    judging = {one["last"]: _person(actor, outside, one) for one in found["jurors"]}
    _same_password(judging.values())
    register = [
        jurors.register_juror(
            actor=actor, centre=centre, person=judging[one["last"]], titles=[version.title],
            sex=one["sex"], occupation=one["job"], employer="Cabinet Orvault",
            experience_months=132, authorisation=f"HAB-2025-{rank:03d}",
            authorised_from=today - timedelta(days=400),
            authorised_to=today + timedelta(days=900),
        )
        for rank, one in enumerate(found["jurors"], 1)
    ]  # fmt: skip
    going = {
        last: candidacies.enrol(
            actor=actor, person=people[last], centre=centre, version=version, path=path,
            starts_on=today - timedelta(days=days), trainer=trainer,
            ends_on=today - timedelta(days=35) if path == Path.CONTINUOUS else None,
        )
        for last, path, days in (
            ("Sauvageot", Path.CONTINUOUS, LONG),
            ("Oudinet", Path.CONTINUOUS, LONG),
            ("Lemoigne", Path.VAE, 200),
            ("Kanouté", Path.DISCONTINUOUS, 420),
        )
    }  # fmt: skip
    made = Centre(centre, version, trainer, going, register)
    _vae(actor, going["Lemoigne"], today)
    _by_ccp(actor, made, going["Kanouté"], today)
    return made


def _person(actor: Actor, where: Organisation, found: dict[str, Any]) -> Person:
    local = rules.fold(f"{found['first']}.{found['last']}").replace(" ", "").replace("'", "")
    made = persons.create(
        actor=actor,
        organisation=where,
        first_name=found["first"],
        last_name=found["last"],
        job_title=found["job"],
        email=f"{local}@{where.mail_domains.get().name}",
    )
    accounts.create(actor=actor, person=made)
    return made


def _same_password(made: Any) -> None:
    """Give the one password that everybody is told, hashed once already."""
    known = Account.objects.exclude(person__in=made).order_by("pk").first()
    if known is not None:
        Account.objects.filter(person__in=made).update(password=known.password)


def _vae(actor: Actor, row: Candidacy, today: date) -> None:
    rights.add_experience(
        actor=actor, candidacy_id=row.pk, employer="Mairie de Saint-Auban",
        role="Technicien informatique", starts_on=today - timedelta(days=2200),
        ends_on=today - timedelta(days=230), weekly_hours=Decimal(35),
    )  # fmt: skip
    rights.ask_notice(actor=actor, candidacy_id=row.pk, asked_on=today - timedelta(days=190))
    rights.answer_notice(
        actor=actor, candidacy_id=row.pk, state=NoticeState.ADMISSIBLE,
        notified_on=today - timedelta(days=140), valid_to=today + timedelta(days=225),
    )  # fmt: skip
    rights.grant_accommodation(
        actor=actor, candidacy_id=row.pk, kind=AccommodationKind.EXTRA_TIME,
        granted_on=today - timedelta(days=100), extra_percent=33,
    )  # fmt: skip


def _by_ccp(actor: Actor, centre: Centre, row: Candidacy, today: date) -> None:
    """Somebody who holds a first CCP, and prepares the second."""
    first = centre.version.certificates.get(kind=CertificateKind.CCP, number=1)
    rights.record_held(
        actor=actor, person=row.person, centre=centre.organisation, version=centre.version,
        certificate=first, gained_on=today - timedelta(days=290), decision_reference="PV-2025-0114",
    )  # fmt: skip
    candidacies.plan_period(
        actor=actor, candidacy_id=row.pk, kind=PeriodKind.CENTRE,
        starts_on=today - timedelta(days=60), ends_on=today + timedelta(days=30), hours=210,
        subject=str(centre.version.certificates.get(kind=CertificateKind.CCP, number=2).name),
    )  # fmt: skip
    candidacies.move(actor=actor, candidacy_id=row.pk, state=CandidacyState.TRAINING)
    candidacies.check_identity(actor=actor, candidacy_id=row.pk, document=IdentityDocument.PASSPORT)
