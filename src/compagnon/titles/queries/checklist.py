"""What the State's platform will be told of a session, and what is missing for it.

No public interface of that platform is known: this is a table that a person copies from.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.visibility import get_visible
from compagnon.people.models import ContactKind, ContactPoint
from compagnon.titles.models import (
    Answer,
    Attendance,
    Attestation,
    CentreApproval,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    Minutes,
    Path,
    Session,
    SessionState,
    Sitting,
)

# What each column holds: docs/use/titles-results.md.
COLUMNS = (
    "session", "centre", "approval", "title_code", "title_version", "kind", "certificate",
    "starts_at", "ends_at", "place", "remote", "candidacy", "last_name", "first_name", "path",
    "summoned_at", "attendance", "identity_checked", "minutes", "minutes_signed", "outcome",
    "title_granted", "ccps_granted", "ccs_granted", "attestations", "missing",
)  # fmt: skip
_BEFORE = (SessionState.PLANNED, SessionState.SUMMONED)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not there yet; ``code`` for programs."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate of the session: what is told, what is missing."""

    sitting: Sitting
    values: Mapping[str, str]
    missing: Sequence[Missing]


@dataclass(frozen=True, slots=True)
class Checklist:
    """A session and its candidates."""

    session: Session
    missing: Sequence[Missing]
    rows: Sequence[Row]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing and not any(row.missing for row in self.rows)


def may_read(actor: Actor, session: Session) -> bool:
    """Tell whether the actor reads the centre's checklists."""
    return any(
        actor.scope.allows(verb, session.organisation_id)
        for verb in ("session.view", "session.manage")
    )


def checklist(actor: Actor, session_id: int) -> Checklist:
    """Give the checklist of a session.

    Raises:
        NotFound: there is none, or the actor does not see it.
        Refused: the actor sees it as a juror or a candidate.
    """
    rows = Session.objects.select_related(
        "organisation", "version_of_title__title", "certificate", "forecast"
    )
    session = get_visible(Session, actor, rows, pk=session_id)
    if not may_read(actor, session):
        raise Refused
    return of_session(session)


def with_case(rows: QuerySet[Sitting]) -> QuerySet[Sitting]:
    """Read beside candidates of a session what a checklist looks at."""
    return rows.select_related(
        "candidacy__person", "candidacy__dossier", "candidacy__notice"
    ).prefetch_related("slots", "candidacy__aimed")


def with_signatures(rows: QuerySet[Minutes]) -> QuerySet[Minutes]:
    """Read beside minutes what a checklist looks at."""
    return rows.select_related("corrected_by").prefetch_related("signatures").order_by("pk")


def of_session(
    session: Session,
    sittings: Sequence[Sitting] | None = None,
    minutes: Sequence[Minutes] | None = None,
) -> Checklist:
    """Give the checklist of a session, in a bounded number of queries.

    Args:
        sittings: its candidates where they were read already, :func:`with_case`.
        minutes: its minutes, :func:`with_signatures`.
    """
    if sittings is None:
        sittings = list(with_case(session.sittings.all()))
    if minutes is None:
        minutes = list(with_signatures(Minutes.objects.filter(session=session)))
    # Each juror's answer, and whether they were there: what is counted thrice is read once.
    jury = list(session.jury.values_list("answer", "is_present"))
    facts = _Facts.of(session, sittings, minutes, jury)
    approval = _approval(session)
    common = _common(session, approval)
    return Checklist(
        session,
        _of_session(session, approval, {answer for answer, _came in jury}),
        [_row(sitting, facts, common) for sitting in sittings],
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is looked up once for all candidates."""

    signed: Mapping[int, set[int]]
    reachable: set[int]
    minutes: Mapping[int, Minutes]
    attested: Mapping[str, list[str]]
    jurors: int

    @classmethod
    def of(
        cls,
        session: Session,
        sittings: Sequence[Sitting],
        all_minutes: Sequence[Minutes],
        jury: Sequence[tuple[str, bool | None]],
    ) -> _Facts:
        signed: dict[int, set[int]] = defaultdict(set)
        for candidacy, certificate in Evaluation.objects.filter(
            candidacy__in=[one.candidacy_id for one in sittings],
            kind=EvaluationKind.IN_COURSE,
            state=EvaluationState.SIGNED,
            certificate__isnull=False,
        ).values_list("candidacy_id", "certificate_id"):
            if certificate is not None:
                signed[candidacy].add(certificate)
        minutes = {
            one.sitting_id: one for one in all_minutes if getattr(one, "corrected_by", None) is None
        }
        return cls(
            signed=signed,
            reachable=set(
                ContactPoint.objects.filter(
                    person_id__in=[one.candidacy.person_id for one in sittings],
                    kind=ContactKind.EMAIL,
                ).values_list("person_id", flat=True)
            ),
            minutes=minutes,
            attested=_attested(session, minutes.values()),
            jurors=sum(answer == Answer.ACCEPTED and came is not False for answer, came in jury),
        )


def _attested(session: Session, minutes: Iterable[Minutes]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    numbers = [one.number for one in minutes]
    if numbers:
        rows = Attestation.objects.filter(
            organisation=session.organisation_id, decision__in=numbers, withdrawn_at=None
        ).order_by("pk")
        for number, reference in rows.values_list("decision", "reference"):
            found[number].append(reference)
    return found


def _approval(session: Session) -> CentreApproval | None:
    day = timezone.localdate(session.starts_at)
    return (
        CentreApproval.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=day),
            Q(suspended_on=None) | Q(suspended_on__gt=day),
            organisation=session.organisation_id,
            version_of_title=session.version_of_title_id,
            approved_on__lte=day,
        )
        .order_by("-approved_on")
        .first()
    )


def _common(session: Session, approval: CentreApproval | None) -> dict[str, str]:
    version = session.version_of_title
    return {
        "session": session.reference,
        "centre": session.organisation.name,
        "approval": approval.number if approval else "",
        "title_code": version.title.code,
        "title_version": version.label,
        "kind": session.kind,
        "certificate": str(session.certificate) if session.certificate else "",
        "starts_at": _moment(session.starts_at),
        "ends_at": _moment(session.ends_at),
        "place": session.place,
        "remote": _yes(session.is_remote),
    }


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M") if at else ""


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _of_session(
    session: Session, approval: CentreApproval | None, answers: Collection[str]
) -> list[Missing]:
    found = []
    if approval is None:
        found.append(Missing("approval", _("No approval of the centre is in force that day.")))
    if session.forecast is None or session.forecast.submitted_on is None:
        found.append(Missing("forecast", _("The session was not told in the yearly forecast.")))
    if Answer.ACCEPTED not in answers:
        found.append(Missing("jury", _("Nobody of the jury has accepted yet.")))
    if Answer.WAITING in answers:
        found.append(Missing("jury_answers", _("A juror has not answered yet.")))
    return found


def _row(sitting: Sitting, facts: _Facts, common: Mapping[str, str]) -> Row:
    candidacy, minutes = sitting.candidacy, facts.minutes.get(sitting.pk)
    decision = minutes.content["decision"] if minutes else {}
    granted = decision.get("granted") or {}
    missing = [*_before(sitting, facts), *_after(sitting, facts)]
    return Row(
        sitting,
        {
            **common,
            "candidacy": candidacy.reference,
            "last_name": candidacy.person.last_name,
            "first_name": candidacy.person.first_name,
            "path": candidacy.path,
            "summoned_at": _moment(sitting.summoned_at),
            "attendance": sitting.attendance,
            "identity_checked": _yes(sitting.identity_checked_at),
            "minutes": minutes.number if minutes else "",
            "minutes_signed": _yes(minutes and _is_signed(minutes, facts)),
            "outcome": decision.get("outcome", ""),
            "title_granted": _yes(granted.get("title")),
            "ccps_granted": " ".join(str(one["ccp"]) for one in granted.get("ccps") or ()),
            "ccs_granted": granted.get("ccs") or "",
            "attestations": " ".join(facts.attested.get(minutes.number, ()) if minutes else ()),
            "missing": " ".join(one.code for one in missing),
        },
        missing,
    )


def _before(sitting: Sitting, facts: _Facts) -> list[Missing]:
    """What a candidate needs to be summoned and heard."""
    candidacy, found = sitting.candidacy, []
    if not candidacy.identity_checked_at and not sitting.identity_checked_at:
        found.append(Missing("identity", _("Identity not checked.")))
    if candidacy.person_id not in facts.reachable:
        found.append(Missing("address", _("No mail address.")))
    dossier = getattr(candidacy, "dossier", None)
    if candidacy.path != Path.CCS and (dossier is None or not dossier.declared_at):
        found.append(Missing("dossier", _("Practice dossier not declared.")))
    if candidacy.path in (Path.CONTINUOUS, Path.DISCONTINUOUS):
        wanted = {one.pk for one in candidacy.aimed.all()}
        left = len(wanted - facts.signed.get(candidacy.pk, set()))
        if left:
            words = _("Evaluations in training not signed for %(count)d certificates.")
            found.append(Missing("course_results", words % {"count": left}))
    notice = getattr(candidacy, "notice", None)
    if candidacy.path == Path.VAE and (notice is None or notice.state != "admissible"):
        found.append(Missing("admissibility", _("No admissibility notice.")))
    if not sitting.summoned_at:
        found.append(Missing("summons", _("Not summoned.")))
    if not sitting.slots.all():
        found.append(Missing("timetable", _("Not in the timetable.")))
    return found


def _after(sitting: Sitting, facts: _Facts) -> list[Missing]:
    """What is missing once the session was held."""
    if sitting.session.state in _BEFORE or sitting.session.state == SessionState.CANCELLED:
        return []
    if sitting.attendance == Attendance.AWAITED:
        return [Missing("attendance", _("Attendance not recorded."))]
    if sitting.attendance != Attendance.PRESENT:
        return []
    minutes = facts.minutes.get(sitting.pk)
    if minutes is None:
        return [Missing("minutes", _("No minutes."))]
    found = []
    if not _is_signed(minutes, facts):
        found.append(Missing("signatures", _("Minutes not signed by all.")))
    if sitting.session.state == SessionState.CLOSED and not sitting.notified_at:
        found.append(Missing("notification", _("Result not notified.")))
    return found


def _is_signed(minutes: Minutes, facts: _Facts) -> bool:
    return len(minutes.signatures.all()) >= facts.jurors > 0


def as_csv(found: Checklist) -> str:
    """Give the table, with semicolons as spreadsheets of here read it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in found.rows:
        writer.writerow([harmless(row.values[name]) for name in COLUMNS])
    return out.getvalue()


def harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
