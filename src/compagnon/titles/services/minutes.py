"""Minutes: what votes and rules make of a candidacy, written once, chained, signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.people.models import Organisation
from compagnon.titles import models, ruling
from compagnon.titles.models import (
    Answer,
    Attendance,
    Minutes,
    Session,
    SessionState,
    Signature,
    Sitting,
)
from compagnon.titles.ruling import Decision, Outcome
from compagnon.titles.services.case_files import document_of
from compagnon.titles.services.decisions import keep_decision
from compagnon.titles.services.deliberating import missing_votes, seat


def sealed_text(content: Mapping[str, Any]) -> str:
    """Give the JSON text that is digested: sorted keys, no spaces."""
    # Through JSON and back: what is digested is what the database gives back.
    plain = json.loads(json.dumps(content, cls=DjangoJSONEncoder))
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(content: Mapping[str, Any], previous: str) -> str:
    """Give the digest (SHA-256, hex) that seals minutes with those before them."""
    return hashlib.sha256(f"{previous}\n{sealed_text(content)}".encode()).hexdigest()


def current(sitting: Sitting) -> Minutes | None:
    """Give the minutes that hold for a candidate of a session: those that nothing corrects."""
    return sitting.minutes.filter(corrected_by=None).order_by("-pk").first()


def foresee(sitting: Sitting, *, answers: Mapping[str, Any] | None = None) -> Decision:
    """Give what the votes and the rules make of a candidacy now, without writing anything.

    Raises:
        Conflict: the case cannot be read.
    """
    try:
        return ruling.decide(ruling.read_candidacy(document_of(sitting, answers=answers)))
    except ruling.Unreadable as error:
        raise Conflict(
            _("The case cannot be decided as it stands: %(why)s") % {"why": error}
        ) from None


@service("minutes.write")
def write_minutes(
    *,
    actor: Actor,
    session_id: int,
    sitting_id: int,
    answers: Mapping[str, Any] | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Minutes:
    """Write what the jury decided on a candidate, from the votes and the rules in force.

    Where the candidate has minutes already these are a correction: new ones, with a reason.

    Args:
        answers: what the jury answers where texts leave a question open, by the question's id.

    Raises:
        NotFound: the actor does not see the session, or there is no such candidate.
        Refused: the actor is not one of the jurors.
        Conflict: the deliberation is not open; the candidate did not come; a vote is missing; a
            question is open (its words are told); nothing would change.
        Invalid: a correction without a reason.
    """
    rows = Session.objects.select_for_update(of=("self",)).select_related(
        "version_of_title__title", "certificate", "organisation"
    )
    session = get_visible(Session, actor, rows, pk=session_id)
    seat(actor, session)
    if session.state != SessionState.DELIBERATING:
        raise Conflict(_("This session is “%(state)s”.") % {"state": session.get_state_display()})
    sitting = (
        session.sittings.filter(pk=sitting_id)
        .select_related("candidacy__person", "session")
        .first()
    )
    if sitting is None:
        raise NotFound
    if sitting.attendance != Attendance.PRESENT:
        raise Conflict(_("This candidate did not come: there is nothing to decide."))
    if missing := missing_votes(sitting):
        raise Conflict(
            _("%(names)s have not voted.")
            % {"names": ", ".join(str(one.juror.person) for one in missing)}
        )
    replaced = current(sitting)
    reason = " ".join(reason.split())[:500]
    if replaced is not None and not reason:
        raise Invalid(_("Say why the minutes are corrected."), fields={"reason": [_("Say why.")]})
    decision = foresee(sitting, answers=answers)
    if decision.outcome == Outcome.NEEDS_PERSON:
        raise Conflict(
            _("A question is open: %(question)s")
            % {"question": "; ".join(one.words.fr for one in decision.questions)}
        )
    return _append(actor, sitting, decision, replaced=replaced, reason=reason, at=at)


def _append(
    actor: Actor,
    sitting: Sitting,
    decision: Decision,
    *,
    replaced: Minutes | None,
    reason: str,
    at: datetime | None,
) -> Minutes:
    session, at = sitting.session, at or timezone.now()
    # One writer at a time in a centre: the chain has no fork.
    Organisation.objects.select_for_update().get(pk=session.organisation_id)
    last = Minutes.objects.filter(organisation=session.organisation_id).order_by("-pk").first()
    year = timezone.localtime(at).year
    ranked = Minutes.objects.filter(organisation=session.organisation_id, year=year)
    content = content_of(sitting, decision, replaced, reason)
    previous = last.digest if last else ""
    kept = keep_decision(
        actor=actor,
        organisation=session.organisation,
        decision=decision,
        inputs=decision.case.candidacy.document,
        previous=decision_of(replaced) if replaced else None,
    )
    minutes = Minutes.objects.create(
        organisation_id=session.organisation_id,
        session=session,
        sitting=sitting,
        year=year,
        rank=(ranked.order_by("-rank").values_list("rank", flat=True).first() or 0) + 1,
        content=content,
        previous=previous,
        digest=digest_of(content, previous),
        decision_reference=kept.reference,
        corrects=replaced,
        reason=reason if replaced else "",
        written_at=at,
    )
    journal.record(
        actor=actor,
        verb="minutes.write",
        subject=minutes,
        after={
            "session_id": session.pk,
            "candidacy_id": sitting.candidacy_id,
            "outcome": str(decision.outcome),
            "decision": kept.reference,
            "digest": minutes.digest,
            "corrects": replaced.pk if replaced else None,
        },
    )
    return minutes


def decision_of(minutes: Minutes) -> models.Decision | None:
    """Give the decision that minutes recorded, by its reference."""
    key = minutes.decision_reference.removeprefix("D-")
    if not key.isdecimal():
        return None
    return models.Decision.objects.filter(pk=int(key), organisation=minutes.organisation_id).first()


def content_of(
    sitting: Sitting, decision: Decision, replaced: Minutes | None, reason: str
) -> dict[str, Any]:
    """Give all that minutes say, in values that stand without any other row."""
    session, candidacy = sitting.session, sitting.candidacy
    return {
        "session": {
            "reference": session.reference,
            "kind": session.kind,
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "place": session.place,
            "remote": session.is_remote,
            "centre": str(session.organisation),
        },
        "title": {
            "code": session.version_of_title.title.code,
            "name": session.version_of_title.name,
            "version": session.version_of_title.label,
        },
        "certificate": str(session.certificate) if session.certificate else None,
        "candidacy": {"reference": candidacy.reference, "path": candidacy.path},
        "jury": [
            {
                "name": str(member.juror.person),
                "quality": member.juror.quality,
                "chair": member.is_chair,
                "present": member.is_present is not False,
            }
            for member in session.jury.filter(answer=Answer.ACCEPTED).select_related(
                "juror__person"
            )
        ],
        "votes": [
            {
                "member": str(one.member.juror.person),
                "on": str(one.certificate) if one.certificate else "title",
                "for": one.is_for,
            }
            for one in sitting.votes.select_related(
                "member__juror__person", "certificate"
            ).order_by("pk")
        ],
        "incidents": [
            {"at": one.happened_at, "fraud": one.is_fraud, "text": one.text}
            for one in session.incidents.filter(Q(sitting=sitting) | Q(sitting=None))
        ],
        "decision": ruling.document(decision),
        "case": dict(decision.case.candidacy.document),
        "corrects": replaced.number if replaced else None,
        "reason": reason if replaced else "",
    }


def told_to(actor: Actor, minutes: Minutes) -> dict[str, Any]:
    """Give what minutes say to this reader: their candidate is not told how each juror voted.

    Neither by the votes, nor by the case before the jury, nor by the inputs that a rule cites.
    """
    content: dict[str, Any] = dict(minutes.content)
    if actor.id != minutes.sitting.candidacy.person_id:
        return content
    case = {name: value for name, value in content.get("case", {}).items() if name != "jury"}
    return content | {
        "votes": [],
        "case": case,
        "decision": _without_inputs(content["decision"]),
    }


def _without_inputs(told: Any) -> Any:
    if isinstance(told, dict):
        return {
            name: {} if name == "inputs" else _without_inputs(value) for name, value in told.items()
        }
    return [_without_inputs(one) for one in told] if isinstance(told, list) else told


@service("minutes.sign")
def sign_minutes(
    *, actor: Actor, minutes_id: int, digest: str, at: datetime | None = None
) -> Signature:
    """Sign minutes: the digest given is the one that was read.

    Raises:
        NotFound: the actor does not see them.
        Refused: the actor was not one of the jurors.
        Conflict: they are corrected by others; the digest is not theirs; signed already.
    """
    minutes = get_visible(Minutes, actor, Minutes.objects.select_related("session"), pk=minutes_id)
    member = seat(actor, minutes.session)
    if Minutes.objects.filter(corrects=minutes).exists():
        raise Conflict(_("Other minutes correct these: sign those."))
    if digest != minutes.digest or minutes.digest != digest_of(minutes.content, minutes.previous):
        raise Conflict(_("These are not the minutes that you read. Open them again."))
    if minutes.signatures.filter(member=member).exists():
        raise Conflict(_("You have signed these minutes."))
    signature = Signature.objects.create(
        minutes=minutes, member=member, digest=digest, signed_at=at or timezone.now()
    )
    journal.record(
        actor=actor,
        verb="minutes.sign",
        subject=minutes,
        after={"juror_id": member.juror_id, "digest": digest},
    )
    return signature


def unsigned(minutes: Minutes) -> list[str]:
    """Give the names of the jurors who were present and have not signed."""
    signed = minutes.signatures.values("member_id")
    jury = minutes.session.jury.filter(answer=Answer.ACCEPTED).exclude(is_present=False)
    return [
        str(one.juror.person) for one in jury.exclude(pk__in=signed).select_related("juror__person")
    ]


@dataclass(frozen=True, slots=True)
class Flaw:
    """Minutes that are not as they were written: ``seal``, ``chain``, ``signature``."""

    minutes: Minutes
    reasons: list[str]


def flaws(organisation: Organisation) -> list[Flaw]:
    """Give what is wrong with the minutes of a centre; nothing is well.

    ``seal``: the content is not what was digested; ``chain``: what stands before is not what stood
    before, or a rank is missing; ``signature``: one is not under this digest.
    """
    found: list[Flaw] = []
    previous, ranks = "", dict[int, int]()
    rows = Minutes.objects.filter(organisation=organisation).order_by("pk")
    for one in rows.prefetch_related("signatures"):
        reasons = []
        if one.digest != digest_of(one.content, one.previous):
            reasons.append("seal")
        if one.previous != previous or one.rank != ranks.get(one.year, 0) + 1:
            reasons.append("chain")
        if any(signature.digest != one.digest for signature in one.signatures.all()):
            reasons.append("signature")
        if reasons:
            found.append(Flaw(one, reasons))
        previous, ranks[one.year] = one.digest, one.rank
    return found


def broken(organisation: Organisation) -> list[Minutes]:
    """Give the minutes of a centre whose seal or place in the chain is not right; none is well."""
    return [one.minutes for one in flaws(organisation)]
