"""Reads of candidacies: one with what hangs on it, one's own, what somebody holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.visibility import get_visible, visible
from compagnon.people.models import Organisation
from compagnon.titles.models import (
    Absence,
    Accommodation,
    AdmissibilityNotice,
    Attestation,
    Candidacy,
    CertificateKind,
    ExperienceProof,
    HeldCertificate,
    Minutes,
    Sitting,
    TitleVersion,
    TrainingPeriod,
)
from compagnon.titles.queries.windows import windows

_WITH = (
    "person", "organisation", "version_of_title__title", "trainer", "identity_checked_by",
)  # fmt: skip


def candidacies(actor: Actor) -> QuerySet[Candidacy]:
    """Give the candidacies that the actor sees, with what a list shows of them."""
    return visible(Candidacy, actor).select_related(*_WITH).prefetch_related("aimed")


def candidacy(actor: Actor, candidacy_id: int) -> Candidacy:
    """Give one.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    return get_visible(Candidacy, actor, candidacies(actor), pk=candidacy_id)


def own(actor: Actor) -> list[Candidacy]:
    """Give the actor's own candidacies, those that go on first, then the latest."""
    rows = candidacies(actor).filter(person_id=actor.id or 0)
    return sorted(rows, key=lambda one: (not one.is_open, -one.starts_on.toordinal(), -one.pk))


def centres(actor: Actor) -> QuerySet[Organisation]:
    """Give the organisations where the actor keeps candidates' files."""
    rows = visible(Organisation, actor).filter(is_active=True).order_by("name")
    reach = actor.scope.organisations("candidacy.manage")
    return rows if reach is None else rows.filter(pk__in=sorted(reach))


def versions() -> QuerySet[TitleVersion]:
    """Give the versions that one may enrol for: those that have certificates, latest first."""
    rows = TitleVersion.objects.filter(certificates__isnull=False).distinct()
    return rows.select_related("title").order_by("title__short_name", "-valid_from", "-pk")


@dataclass(frozen=True, slots=True)
class File:
    """What hangs on a candidacy, as far as the actor sees it."""

    periods: Sequence[TrainingPeriod]
    absences: Sequence[Absence]
    accommodations: Sequence[Accommodation]
    experiences: Sequence[ExperienceProof]
    notice: AdmissibilityNotice | None
    held: Sequence[HeldCertificate]


def file_of(actor: Actor, row: Candidacy) -> File:
    """Give what hangs on a candidacy, as far as the actor sees it."""

    def of(model: Any, *related: str) -> Any:
        return visible(model, actor).filter(candidacy_id=row.pk).select_related(*related)

    return File(
        periods=list(of(TrainingPeriod, "company", "tutor")),
        absences=list(of(Absence)),
        accommodations=list(of(Accommodation)),
        experiences=list(of(ExperienceProof, "file")),
        notice=of(AdmissibilityNotice, "file").first(),
        held=list(held(actor).filter(person_id=row.person_id).order_by("gained_on", "pk")),
    )


@dataclass(frozen=True, slots=True)
class Sat:
    """A session that a candidacy is on the list of, what was decided there, and is attested."""

    sitting: Sitting
    minutes: Sequence[Minutes]
    attestations: Sequence[Attestation]


def results_of(actor: Actor, row: Candidacy) -> list[Sat]:
    """Give the sessions of a candidacy with what came out of them, the latest first."""
    sittings = list(
        visible(Sitting, actor)
        .filter(candidacy=row)
        .select_related("session")
        .order_by("-session__starts_at")
    )
    if not sittings:
        return []
    found = visible(Minutes, actor).filter(sitting__in=sittings)
    minutes = list(found.select_related("corrected_by").order_by("pk"))
    numbers = [one.number for one in minutes]
    attested = visible(Attestation, actor).filter(
        organisation_id=row.organisation_id, decision__in=numbers
    )
    rows = list(attested.order_by("pk")) if numbers else []
    return [_sat(sitting, minutes, rows) for sitting in sittings]


def _sat(sitting: Sitting, minutes: Sequence[Minutes], attestations: Sequence[Attestation]) -> Sat:
    mine = [one for one in minutes if one.sitting_id == sitting.pk]
    numbers = {one.number for one in mine}
    return Sat(sitting, mine, [one for one in attestations if one.decision in numbers])


def held(actor: Actor) -> QuerySet[HeldCertificate]:
    """Give what people hold, as far as the actor sees it."""
    return visible(HeldCertificate, actor).select_related(
        "certificate", "version_of_title__title", "organisation", "file"
    )


def window(row: Candidacy, rows: Sequence[HeldCertificate]) -> tuple[date, int] | None:
    """Give the last day to gain the rest of the title, and how many days are left.

    By the window that applies under the rules in force (:mod:`.windows`); ``None`` where it sets
    no day, without a CCP of this version, or once the whole title is held.
    """
    version = row.version_of_title
    mine = [one for one in rows if one.version_of_title.title_id == version.title_id]
    if any(one.certificate is None for one in mine):
        return None
    days = {
        str(one.certificate.number): one.gained_on
        for one in mine
        if one.certificate is not None
        and one.certificate.kind == CertificateKind.CCP
        and one.version_of_title_id == version.pk
    }
    today = timezone.localdate()
    found = windows(
        code=version.title.code, version=version.label, held=days, today=today, language="fr",
        path=row.path,
    )  # fmt: skip
    applied = found.applied if found else None
    ends = applied.until if applied else None
    return (ends, (ends - today).days) if ends else None
