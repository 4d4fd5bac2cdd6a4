"""A candidate's case before a jury, as the document that ``titles.ruling`` decides on.

Everything in it comes from rows that services wrote: what is not there is left out, and the
decision says that it is not stated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from compagnon.titles.models import (
    Answer,
    Attendance,
    Candidacy,
    CentreApproval,
    CertificateKind,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    HeldCertificate,
    JurorTie,
    JuryMember,
    Minutes,
    NoticeState,
    Path,
    Session,
    SessionKind,
    Sitting,
    SlotKind,
    Vote,
)
from compagnon.titles.services.evaluations import grid_of

Document = dict[str, Any]
# How many days a month has when experience is added up, at 35 hours a week.
DAYS = 30.44
FULL_WEEK = 35


def document_of(sitting: Sitting, *, answers: Mapping[str, Any] | None = None) -> Document:
    """Give the case of a candidate of a session, with the jury and the votes as they stand.

    Args:
        answers: what a person answered to the questions that an earlier decision asked.
    """
    session, candidacy = sitting.session, sitting.candidacy
    day = session.starts_at.date()
    document: Document = {
        "reference": candidacy.reference,
        "title": _title(session),
        # A CCS is prepared by training or by experience; its request says what it is.
        "path": Path.CONTINUOUS if candidacy.path == Path.CCS else candidacy.path,
        "request": _request(session),
        "date": session.ends_at.date().isoformat(),
        "begun_on": candidacy.starts_on.isoformat(),
        "session": _session(sitting, day),
        "candidate": {"identity_checked": bool(sitting.identity_checked_at)},
        "elements": _elements(sitting),
        "held": _held(candidacy),
        "titles_held": _titles_held(candidacy),
        "previous_sessions": _attempts(sitting),
        "jury": {"members": [_member(one, sitting) for one in _jury(session)]},
        "answers": dict(answers or {}),
    }
    if candidacy.path in (Path.CONTINUOUS, Path.CCS) and candidacy.ends_on:
        document["training"] = {"completed_on": candidacy.ends_on.isoformat()}
    if candidacy.path == Path.VAE:
        document |= _experience(candidacy, day)
    if ccps := _voted(sitting):
        document["proposal"] = {"ccps": ccps}
    if competences := _competences(candidacy):
        document["competences"] = competences
    return document


def _title(session: Session) -> Document:
    version = session.version_of_title
    ccps = version.certificates.filter(kind=CertificateKind.CCP).order_by("number")
    told: Document = {
        "code": version.title.code,
        "version": version.label,
        "ccps": [{"number": str(one.number), "name": one.name} for one in ccps],
    }
    if version.valid_to:
        told["valid_until"] = version.valid_to.isoformat()
    return told


def _request(session: Session) -> Document:
    certificate = session.certificate
    if session.kind == SessionKind.CCP and certificate:
        return {"kind": "ccp", "ccps": [str(certificate.number)]}
    if session.kind == SessionKind.CCS and certificate:
        hosts = list(certificate.hosts.values_list("code", flat=True))
        return {"kind": "ccs", "ccs": certificate.name, "host_titles": hosts}
    return {"kind": "title"}


def _session(sitting: Sitting, day: date) -> Document:
    session = sitting.session
    approval = (
        CentreApproval.objects.filter(
            organisation=session.organisation_id,
            version_of_title=session.version_of_title_id,
            approved_on__lte=day,
        )
        .order_by("-approved_on")
        .first()
    )
    suspended = approval is not None and approval.suspended_on and approval.suspended_on <= day
    told: Document = {
        "date": day.isoformat(),
        "mode": "remote" if session.is_remote else "on_site",
        "centre": {"approved": approval is not None and not suspended},
    }
    if approval and approval.valid_to:
        told["centre"]["approved_until"] = approval.valid_to.isoformat()
    if session.is_remote:
        told["remote_mentioned"] = True  # our minutes always mention it
    if sitting.summoned_at:
        told["summoned_on"] = sitting.summoned_at.date().isoformat()
    if session.forecast and session.forecast.submitted_on:
        told["forecast_on"] = session.forecast.submitted_on.isoformat()
    return told


def _signed(candidacy: Candidacy, kind: EvaluationKind) -> list[Evaluation]:
    """Give the evaluations that count: signed, and overridden by no signed one."""
    rows = Evaluation.objects.filter(
        candidacy=candidacy, kind=kind, state=EvaluationState.SIGNED
    ).exclude(overridden_by__state=EvaluationState.SIGNED)
    return list(rows.select_related("certificate").order_by("starts_at"))


def _per_ccp(rows: list[Evaluation]) -> dict[str, Document]:
    told: dict[str, Document] = {}
    for row in rows:
        if row.certificate is not None and row.signed_at:
            told[str(row.certificate.number)] = {
                "date": row.signed_at.date().isoformat(),
                "signed": True,
            }
    return told


def _elements(sitting: Sitting) -> Document:
    candidacy, session = sitting.candidacy, sitting.session
    told: Document = {}
    if in_course := _per_ccp(_signed(candidacy, EvaluationKind.IN_COURSE)):
        told["course_results"] = {"per_ccp": in_course}
    dossier = getattr(candidacy, "dossier", None)
    if dossier is not None and dossier.declared_at:
        numbers = dossier.examples.order_by("activity__number").values_list(
            "activity__number", flat=True
        )
        told["practice_dossier"] = {
            "date": dossier.declared_at.date().isoformat(),
            "activities": list(dict.fromkeys(str(number) for number in numbers)),
        }
    if sitting.attendance == Attendance.PRESENT:
        day = session.ends_at.date().isoformat()
        kinds = set(sitting.slots.values_list("kind", flat=True))
        if SlotKind.SITUATION in kinds or _signed(candidacy, EvaluationKind.SITUATION):
            told["situation"] = day
        if kinds & {SlotKind.TECHNICAL, SlotKind.FINAL, SlotKind.QUESTIONS}:
            told["interview"] = day
        if SlotKind.FINAL in kinds:
            told["final_interview"] = day
    return told


def _held(candidacy: Candidacy) -> list[Document]:
    rows = HeldCertificate.objects.filter(
        person=candidacy.person_id,
        certificate__kind=CertificateKind.CCP,
        version_of_title__title=candidacy.version_of_title.title_id,
    ).select_related("certificate", "version_of_title")
    return [
        {
            "ccp": str(row.certificate.number),
            "version": row.version_of_title.label,
            "obtained_on": row.gained_on.isoformat(),
        }
        for row in rows
        if row.certificate
    ]


def _titles_held(candidacy: Candidacy) -> list[Document]:
    rows = HeldCertificate.objects.filter(person=candidacy.person_id, certificate=None)
    return [
        {"code": row.version_of_title.title.code, "obtained_on": row.gained_on.isoformat()}
        for row in rows.select_related("version_of_title__title")
    ]


def _attempts(sitting: Sitting) -> list[Document]:
    earlier = Minutes.objects.filter(
        sitting__candidacy__person=sitting.candidacy.person_id,
        session__version_of_title__title=sitting.session.version_of_title.title_id,
        session__kind=SessionKind.TITLE,
        session__starts_at__lt=sitting.session.starts_at,
        corrected_by=None,
    ).select_related("session")
    told = [
        {
            "date": row.session.starts_at.date().isoformat(),
            "outcome": row.content.get("decision", {}).get("outcome", "refused"),
        }
        for row in earlier
    ]
    absent = Sitting.objects.filter(
        candidacy__person=sitting.candidacy.person_id,
        session__version_of_title__title=sitting.session.version_of_title.title_id,
        session__kind=SessionKind.TITLE,
        session__starts_at__lt=sitting.session.starts_at,
        attendance__in=(Attendance.ABSENT, Attendance.EXCUSED),
    ).select_related("session")
    known = {"granted", "partial", "refused", "absent"}
    told = [one for one in told if one["outcome"] in known]
    return told + [
        {"date": row.session.starts_at.date().isoformat(), "outcome": "absent"} for row in absent
    ]


def _experience(candidacy: Candidacy, day: date) -> Document:
    days: float = 0
    for proof in candidacy.experiences.all():
        length = ((proof.ends_on or day) - proof.starts_on).days + 1
        days += max(0, length) * min(1.0, float(proof.weekly_hours) / FULL_WEEK)
    told: Document = {"experience": {"months": int(days / DAYS)}}
    notice = getattr(candidacy, "notice", None)
    if notice is not None:
        status = {
            NoticeState.ADMISSIBLE: "favourable",
            NoticeState.REFUSED: "unfavourable",
            NoticeState.ASKED: "pending",
        }[NoticeState(notice.state)]
        told["admissibility"] = {"status": status, "requested_on": notice.asked_on.isoformat()}
        if notice.notified_on:
            told["admissibility"]["notified_on"] = notice.notified_on.isoformat()
    return told


def _jury(session: Session) -> list[JuryMember]:
    rows = session.jury.exclude(answer=Answer.DECLINED).select_related("juror__person")
    return [one for one in rows if one.is_present is not False]


def ties_of(member: JuryMember, candidacy: Candidacy) -> list[str]:
    """Give what links a juror to a candidate: what was told, and what our own rows show."""
    person = member.juror.person_id
    found = set(
        JurorTie.objects.filter(juror=member.juror_id, person=candidacy.person_id).values_list(
            "kind", flat=True
        )
    )
    if (
        person == candidacy.trainer_id
        or Evaluation.objects.filter(
            candidacy__person=candidacy.person_id,
            kind=EvaluationKind.IN_COURSE,
            assessors__person=person,
        ).exists()
    ):
        found.add("trained")
    periods = list(candidacy.periods.all())
    if any(period.tutor_id == person for period in periods):
        found.add("accompanied")
    companies = {period.company_id for period in periods if period.company_id}
    if member.juror.person.organisation_id in companies:
        found.add("employs")
    return sorted(found)


def _member(member: JuryMember, sitting: Sitting) -> Document:
    juror = member.juror
    told: Document = {
        "name": str(juror.person),
        "quality": juror.quality,
        "chair": member.is_chair,
        "present": member.is_present is not False,
        "ties": ties_of(member, sitting.candidacy),
        "authorised": juror.authorised_from is not None
        and juror.authorised_from <= sitting.session.starts_at.date(),
    }
    if juror.sex:
        told["sex"] = juror.sex
    if juror.authorised_to:
        told["authorised_until"] = juror.authorised_to.isoformat()
    if juror.experience_months:
        told["years_in_trade"] = round(juror.experience_months / 12, 2)
    if juror.left_trade_on:
        told["left_trade_on"] = juror.left_trade_on.isoformat()
    wanted = sitting.session.certificate_id if sitting.session.kind != SessionKind.TITLE else None
    vote = Vote.objects.filter(member=member, sitting=sitting, certificate=wanted).first()
    if vote is not None:
        told["vote"] = "for" if vote.is_for else "against"
    return told


def _voted(sitting: Sitting) -> list[str]:
    """Give the CCPs that most votes leave, on a title that is not granted whole."""
    if sitting.session.kind != SessionKind.TITLE:
        return []
    counts: dict[int, int] = defaultdict(int)
    for vote in Vote.objects.filter(sitting=sitting, certificate__isnull=False).select_related(
        "certificate"
    ):
        if vote.certificate is not None:
            counts[vote.certificate.number] += 1 if vote.is_for else -1
    return [str(number) for number, balance in sorted(counts.items()) if balance > 0]


def _competences(candidacy: Candidacy) -> dict[str, dict[str, str]]:
    """Give each competence's result in the situations that count, where all assessors agree."""
    told: dict[str, dict[str, str]] = {}
    for row in _signed(candidacy, EvaluationKind.SITUATION):
        if row.certificate is None:
            continue
        settled = {
            one.competence_id: one.value for one in row.settlements.filter(criterion__isnull=True)
        }
        numbers = dict(row.certificate.competences.values_list("pk", "number"))
        results: dict[str, str] = {}
        for assessor in row.assessors.all():
            for (competence, criterion), mark in grid_of(assessor).marks.items():
                value = settled.get(competence, mark.value)
                if criterion is None and value != "not_seen":
                    results[str(numbers[competence])] = value
        told[str(row.certificate.number)] = results
    return {ccp: results for ccp, results in told.items() if results}
