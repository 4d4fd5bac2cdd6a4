"""From minutes to attestations: what a jury granted is attested in one gesture, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.titles import policies_outcomes as policies
from compagnon.titles.models import (
    Attendance,
    Attestation,
    AttestationKind,
    CertificateKind,
    Minutes,
    Scheme,
    Session,
    SessionState,
    TitleVersion,
)
from compagnon.titles.services.minutes import current
from compagnon.titles.services.outcomes import issue_attestation


@service("minutes.attest")
def attest_minutes(*, actor: Actor, minutes_id: int) -> list[Attestation]:
    """Issue the attestation of everything that minutes grant; none twice.

    Returns:
        those issued now: empty when all were.

    Raises:
        NotFound: the actor does not see the minutes.
        Refused: no role gives ``attestation.issue`` on the centre.
        Conflict: the session is not closed; other minutes correct these; there are no keys.
        Invalid: a name cannot be printed.
    """
    minutes = get_visible(Minutes, actor, pk=minutes_id)
    policies.check(actor, "attestation.issue", minutes.organisation_id)
    _check_closed(_locked(minutes.session_id))
    if Minutes.objects.filter(corrects=minutes).exists():
        raise Conflict(_("Other minutes correct these: they are what is attested."))
    return _attest(actor, minutes)


@service("session.attest")
def attest_session(*, actor: Actor, session_id: int) -> list[Attestation]:
    """Issue the attestations of everything that a session's minutes grant; none twice.

    Returns:
        those issued now: empty when all were.

    Raises:
        NotFound, Refused, Conflict, Invalid: as :func:`attest_minutes`.
    """
    seen = get_visible(Session, actor, pk=session_id)
    policies.check(actor, "attestation.issue", seen.organisation_id)
    session = _locked(seen.pk)
    _check_closed(session)
    made = []
    for sitting in session.sittings.filter(attendance=Attendance.PRESENT):
        minutes = current(sitting)
        if minutes is not None:
            made += _attest(actor, minutes)
    return made


def to_withdraw(session: Session) -> list[Attestation]:
    """Give the attestations of a session whose minutes were corrected by others: to look at."""
    corrected = Minutes.objects.filter(session=session, corrected_by__isnull=False)
    return list(
        Attestation.objects.filter(
            organisation=session.organisation_id,
            decision__in=[one.number for one in corrected],
            withdrawn_at=None,
        )
    )


def _locked(session_id: int) -> Session:
    # One at a time for a session: nothing is attested twice.
    return Session.objects.select_for_update(of=("self",)).get(pk=session_id)


def _check_closed(session: Session) -> None:
    if session.state != SessionState.CLOSED:
        raise Conflict(_("Close the session first: minutes are attested once all are signed."))


def _attest(actor: Actor, minutes: Minutes) -> list[Attestation]:
    session = minutes.session
    person = minutes.sitting.candidacy.person
    version = session.version_of_title
    made = []
    for granted in granted_by(minutes, ccp_names(version)):
        issued = Attestation.objects.filter(
            organisation=session.organisation_id,
            decision=minutes.number,
            title_code=version.title.code,
            element_code=granted["element_code"],
            kind=granted["kind"],
        )
        # Withdrawn counts: what somebody took back is not issued again by itself.
        if issued.exists():
            continue
        made.append(
            issue_attestation(
                actor=actor,
                organisation=session.organisation,
                holder=str(person),
                title_code=version.title.code,
                title_name=version.name[:200],
                decided_on=timezone.localdate(session.ends_at),
                version=version.label,
                level=_level(version),
                decision=minutes.number,
                person=person,
                language=person.language[:2],
                **granted,
            )
        )
    if made:
        journal.record(
            actor=actor,
            verb="minutes.attest",
            subject=minutes,
            after={"attestations": [one.reference for one in made]},
        )
    return made


def ccp_names(version: TitleVersion) -> dict[int, str]:
    """Give the names of a version's CCPs by number."""
    rows = version.certificates.filter(kind=CertificateKind.CCP)
    return dict(rows.values_list("number", "name"))


def granted_by(minutes: Minutes, names: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """Give what minutes grant: ``kind``, ``element_code`` and ``element_name`` of each.

    Args:
        names: :func:`ccp_names` of the session's version.
    """
    granted = minutes.content["decision"]["granted"]
    if granted.get("title"):
        # Who gains the title by its last CCPs gains these as well: each is attested.
        yield {"kind": AttestationKind.TITLE, "element_code": "", "element_name": ""}
    for one in granted.get("ccps") or ():
        yield {
            "kind": AttestationKind.CCP,
            "element_code": f"CCP {one['ccp']}",
            "element_name": names.get(int(one["ccp"]), one["name"])[:300],
        }
    certificate = minutes.session.certificate
    if granted.get("ccs") and certificate is not None:
        yield {
            "kind": AttestationKind.CCS,
            "element_code": f"CCS {certificate.number}",
            "element_name": certificate.name[:300],
        }


def _level(version: TitleVersion) -> str:
    row = version.classifications.filter(scheme=Scheme.LEVEL).order_by("-edition", "-pk").first()
    if row is None:
        return ""
    return f"{row.code} ({row.edition})"[:60] if row.edition else row.code
