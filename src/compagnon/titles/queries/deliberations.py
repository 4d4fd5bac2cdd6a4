"""What a juror reads: the candidate's case, the jury's opinions and votes as far as they may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max

from compagnon.core.actor import Actor
from compagnon.core.visibility import get_visible, visible
from compagnon.titles.models import (
    Answer,
    Certificate,
    Dossier,
    Evaluation,
    EvaluationState,
    JuryMember,
    Minutes,
    Opinion,
    Session,
    Signature,
    Sitting,
    Vote,
)
from compagnon.titles.queries.sessions import session as one_session
from compagnon.titles.services.deliberating import closed_members, judged_certificates


@dataclass(frozen=True, slots=True)
class Seat:
    """A juror's place as the others see it."""

    member: JuryMember
    closed: bool
    is_own: bool


def sitting(actor: Actor, session_id: int, sitting_id: int) -> Sitting:
    """Give a candidate's line, with their session.

    Raises:
        NotFound: the actor does not see it.
    """
    row = one_session(actor, session_id)
    found = get_visible(
        Sitting,
        actor,
        Sitting.objects.select_related(
            "candidacy__person", "session__version_of_title__title", "session__certificate"
        ),
        pk=sitting_id,
        session_id=row.pk,
    )
    found.session = row
    return found


def seats(actor: Actor, row: Session) -> list[Seat]:
    """Give the jurors who are there, and whose opinions are closed."""
    closed = closed_members(row)
    members = visible(JuryMember, actor).filter(session=row, answer=Answer.ACCEPTED)
    return [
        Seat(one, one.pk in closed, one.juror.person_id == actor.id)
        for one in members.exclude(is_present=False).select_related("juror__person")
    ]


def opinions(actor: Actor, of: Sitting) -> Mapping[int, Mapping[int, Opinion]]:
    """Give the opinions that the actor may read, by certificate and by member."""
    found: dict[int, dict[int, Opinion]] = defaultdict(dict)
    for one in visible(Opinion, actor).filter(sitting=of):
        found[one.certificate_id][one.member_id] = one
    return found


def own_opinions(actor: Actor, row: Session) -> Mapping[int, int]:
    """Give how many opinions the actor has of each candidate."""
    rows = visible(Opinion, actor).filter(sitting__session=row, member__juror__person=actor.id)
    return dict(rows.order_by().values_list("sitting_id").annotate(count=Count("pk")))


@dataclass(frozen=True, slots=True)
class Ballot:
    """What is voted on, and how: no certificate is the whole title."""

    certificate: Certificate | None
    votes: Mapping[int, Vote]

    @property
    def for_count(self) -> int:
        """How many are for."""
        return sum(one.is_for for one in self.votes.values())

    @property
    def against_count(self) -> int:
        """How many are against."""
        return len(self.votes) - self.for_count


def ballots(actor: Actor, of: Sitting) -> list[Ballot]:
    """Give each thing that is voted on for a candidate, with the votes cast."""
    found: dict[int | None, dict[int, Vote]] = defaultdict(dict)
    for one in visible(Vote, actor).filter(sitting=of):
        found[one.certificate_id][one.member_id] = one
    certificates: Sequence[Certificate | None] = judged_certificates(of.session)
    if of.session.certificate is None:
        certificates = [None, *certificates]
    return [Ballot(one, found[one.pk if one else None]) for one in certificates]


def state_of(actor: Actor, row: Session, of: Sitting | None = None) -> tuple[Any, ...]:
    """Give what changes whenever others close, vote, write or sign: in five short queries."""
    votes = visible(Vote, actor).filter(member__session=row)
    made = visible(Minutes, actor).filter(session=row)
    signed = visible(Signature, actor).filter(minutes__session=row)
    if of is not None:
        votes, made = votes.filter(sitting=of), made.filter(sitting=of)
    return (
        row.pk, row.version, row.state, of and of.pk,
        *sorted(closed_members(row)),
        *votes.aggregate(n=Count("pk"), at=Max("voted_at")).values(),
        *made.aggregate(n=Count("pk"), at=Max("pk")).values(),
        signed.count(),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """What a jury reads of a candidate."""

    evaluations: Sequence[Evaluation]
    dossier: Dossier | None
    examples: Sequence[Any]


def case_of(actor: Actor, of: Sitting) -> Case:
    """Give the signed evaluations and the declared dossier, as far as the actor sees them."""
    evaluations = (
        visible(Evaluation, actor)
        .filter(candidacy=of.candidacy_id, state=EvaluationState.SIGNED)
        .exclude(overridden_by__state=EvaluationState.SIGNED)
        .select_related("certificate")
        .prefetch_related("assessors__person")
    )
    dossier = visible(Dossier, actor).filter(
        candidacy=of.candidacy_id, declared_at__isnull=False
    ).first()  # fmt: skip
    examples = dossier.examples.select_related("activity") if dossier else ()
    return Case(list(evaluations), dossier, list(examples))
