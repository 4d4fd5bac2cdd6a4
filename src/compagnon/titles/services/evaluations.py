"""Evaluations: planned, marked apart, signed, settled together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, Refused
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.people.models import Person
from compagnon.titles.evaluating.grids import Grid, Marked, Target, differences, grid, missing
from compagnon.titles.models import (
    Assessor,
    Candidacy,
    Certificate,
    Criterion,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    Mark,
    Quality,
    Settlement,
    Value,
)
from compagnon.titles.policies_candidacies import may_manage, may_train
from compagnon.titles.services.candidacies import lock as lock_candidacy

MARKS_AT_ONCE = 500
# A tablet's clock may be ahead of ours by that much.
AHEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Given:
    """A mark as a device sends it. ``key`` is the device's own; ``after`` and ``resolves`` too."""

    key: UUID
    competence_id: int
    criterion_id: int | None
    value: str
    comment: str
    marked_at: datetime
    after: UUID | None = None
    resolves: tuple[UUID, ...] = field(default=())


def _record(actor: Actor, evaluation: Evaluation, verb: str, **after: Any) -> None:
    journal.record(
        actor=actor,
        verb=verb,
        subject=evaluation,
        organisation_id=evaluation.candidacy.organisation_id,
        after={"candidacy_id": evaluation.candidacy_id, **after},
    )


def lock(actor: Actor, evaluation_id: int) -> Evaluation:
    """Fetch an evaluation for changing it.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    rows = Evaluation.objects.select_for_update(of=("self",)).select_related(
        "candidacy", "certificate"
    )
    return get_visible(Evaluation, actor, rows, pk=evaluation_id)


def required(evaluation: Evaluation) -> list[Target]:
    """Give what each assessor must mark: every competence of the certificate, or of the title."""
    if evaluation.certificate is not None:
        keys = evaluation.certificate.competences.order_by("number").values_list("pk", flat=True)
    else:
        keys = evaluation.candidacy.version_of_title.competences.values_list("pk", flat=True)
    return [(key, None) for key in keys]


def grid_of(assessor: Assessor) -> Grid:
    """Give how an assessor's grid stands."""
    rows = Mark.objects.filter(assessor=assessor).prefetch_related("resolves").order_by("pk")
    return grid(
        Marked(
            key=row.pk,
            target=(row.competence_id, row.criterion_id),
            value=row.value,
            comment=row.comment,
            after=row.after_id,
            resolves=frozenset(other.pk for other in row.resolves.all()),
        )
        for row in rows
    )


@service("evaluation.plan")
def plan(
    *,
    actor: Actor,
    candidacy_id: int,
    kind: EvaluationKind | str,
    certificate: Certificate | None,
    starts_at: datetime,
    assessors: Sequence[tuple[Person, Quality | str]],
    subject: str = "",
    minutes: int = 0,
    overrides: Evaluation | None = None,
) -> Evaluation:
    """Plan an evaluation, with who will mark.

    Args:
        overrides: a signed evaluation whose place this one takes once signed: same candidacy,
            kind and certificate.

    Raises:
        NotFound: the actor does not see the candidacy.
        Refused: the actor neither trains at nor keeps the files of the centre.
        Invalid: no assessor, the candidate among them, one twice; a certificate of another title.
        Conflict: the candidacy is over; or what it would override is not signed, or is already.
    """
    candidacy = lock_candidacy(actor=actor, candidacy_id=candidacy_id)
    if not (may_train(actor, candidacy) or may_manage(actor, candidacy.organisation_id)):
        raise Refused(_("Only the centre's trainers and secretary plan evaluations."))
    if not candidacy.is_open:
        raise Conflict(_("This candidacy is over."))
    kind = EvaluationKind(kind)
    _check_plan(candidacy, kind, certificate, assessors)
    if overrides is not None:
        _check_override(candidacy, kind, certificate, overrides)
    evaluation = Evaluation.objects.create(
        candidacy=candidacy,
        kind=kind,
        certificate=certificate,
        subject=" ".join(subject.split())[:300],
        starts_at=starts_at,
        minutes=max(0, min(minutes, 6000)),
        overrides=overrides,
    )
    Assessor.objects.bulk_create(
        Assessor(evaluation=evaluation, person=person, quality=Quality(quality))
        for person, quality in assessors
    )
    _record(
        actor,
        evaluation,
        "evaluation.plan",
        kind=kind,
        certificate_id=certificate.pk if certificate else None,
        starts_at=starts_at,
        assessors=[person.pk for person, _quality in assessors],
        overrides=overrides.pk if overrides else None,
    )
    return evaluation


def _check_plan(
    candidacy: Candidacy,
    kind: EvaluationKind,
    certificate: Certificate | None,
    assessors: Sequence[tuple[Person, Quality | str]],
) -> None:
    persons = [person.pk for person, _quality in assessors]
    if not persons:
        raise Invalid(_("Name who marks."), fields={"assessors": [_("At least one.")]})
    if len(set(persons)) != len(persons):
        raise Invalid(_("Nobody marks twice."), fields={"assessors": [_("Once each.")]})
    if candidacy.person_id in persons:
        raise Invalid(
            _("Nobody evaluates themselves."), fields={"assessors": [_("Not the candidate.")]}
        )
    if certificate is None and kind != EvaluationKind.FINAL:
        raise Invalid(
            _("Say on which certificate."), fields={"certificate": [_("Choose a certificate.")]}
        )
    if certificate is not None and certificate.version_id != candidacy.version_of_title_id:
        raise Invalid(
            _("The certificate is not of this version of the title."),
            fields={"certificate": [_("Choose one of the title chosen.")]},
        )


def _check_override(
    candidacy: Candidacy,
    kind: EvaluationKind,
    certificate: Certificate | None,
    overrides: Evaluation,
) -> None:
    same = (
        overrides.candidacy_id == candidacy.pk
        and overrides.kind == kind
        and overrides.certificate_id == (certificate.pk if certificate else None)
    )
    if not same:
        raise Invalid(_("An addition is on the same certificate of the same candidate."))
    if overrides.state != EvaluationState.SIGNED:
        raise Conflict(_("Only a signed evaluation can be added to."))
    if Evaluation.objects.filter(overrides=overrides).exists():
        raise Conflict(_("This evaluation has an addition already: add to that one."))


@service("evaluation.cancel")
def cancel(*, actor: Actor, evaluation_id: int) -> Evaluation:
    """Cancel an evaluation that nobody has signed; its marks stay, and count for nothing.

    Raises:
        NotFound: the actor does not see it.
        Refused: see :func:`plan`.
        Conflict: somebody has signed.
    """
    evaluation = lock(actor, evaluation_id)
    candidacy = evaluation.candidacy
    if not (may_train(actor, candidacy) or may_manage(actor, candidacy.organisation_id)):
        raise Refused(_("Only the centre's trainers and secretary cancel evaluations."))
    if evaluation.assessors.filter(signed_at__isnull=False).exists():
        raise Conflict(_("An assessor has signed: it can no longer be cancelled."))
    evaluation.state = EvaluationState.CANCELLED
    evaluation.overrides = None
    evaluation.version += 1
    evaluation.save(update_fields=["state", "overrides", "version"])
    _record(actor, evaluation, "evaluation.cancel")
    return evaluation


def _own_grid(actor: Actor, evaluation: Evaluation) -> Assessor:
    if actor.id is None:
        raise Refused(_("You are not one of its assessors."))
    assessor = evaluation.assessors.filter(person_id=actor.id).first()
    if assessor is None:
        raise Refused(_("You are not one of its assessors."))
    return assessor


@service("evaluation.mark")
def mark(*, actor: Actor, evaluation_id: int, given: Sequence[Given]) -> list[Mark]:
    """Write an assessor's marks, in the order their device made them.

    A device may send what it sent already: marks are known by their keys, and written once. Marks
    made offline come after those of another device: both stay, and the grid shows the conflict.

    Raises:
        NotFound: the actor does not see it.
        Refused: the actor is not one of its assessors.
        Conflict: they have signed, or it is cancelled; the marks that came too late are told.
        Invalid: over 500 marks, an unknown target or value, a mark from the future, a comment too
            long.
    """
    evaluation = lock(actor, evaluation_id)
    assessor = _own_grid(actor, evaluation)
    if len(given) > MARKS_AT_ONCE:
        raise Invalid(_("At most %(limit)d marks at once.") % {"limit": MARKS_AT_ONCE})
    known = {
        row.key: row
        for row in Mark.objects.filter(assessor=assessor).filter(
            key__in=[
                *(one.key for one in given),
                *(one.after for one in given if one.after),
                *(key for one in given for key in one.resolves),
            ]
        )
    }
    fresh = [one for one in given if one.key not in known]
    if fresh and (assessor.signed_at or evaluation.state != EvaluationState.PLANNED):
        raise Conflict(
            _("Your grid is closed: %(count)d marks came after that and were not taken.")
            % {"count": len(fresh)}
        )
    _check_targets(evaluation, fresh)
    for one in fresh:
        known[one.key] = _write(assessor, one, known)
    if fresh:
        _record(actor, evaluation, "evaluation.mark", marks=[known[one.key].pk for one in fresh])
    return [known[one.key] for one in given]


def _check_targets(evaluation: Evaluation, given: Sequence[Given]) -> None:
    competences = {key for key, _none in required(evaluation)}
    criteria = dict(
        Criterion.objects.filter(competence_id__in=competences).values_list("pk", "competence_id")
    )
    latest = timezone.now() + AHEAD
    for one in given:
        if one.competence_id not in competences or (
            one.criterion_id is not None and criteria.get(one.criterion_id) != one.competence_id
        ):
            raise Invalid(
                _("What is marked is not of this certificate."),
                fields={"competence_id": [_("Of another certificate.")]},
            )
        if one.value not in Value.values:
            raise Invalid(_("Unknown result."), fields={"value": [_("Unknown.")]})
        if len(one.comment) > 2_000:
            raise Invalid(
                _("A comment has 2,000 characters at most."), fields={"comment": [_("Too long.")]}
            )
        if one.marked_at > latest:
            raise Invalid(
                _("A mark is dated in the future: set the tablet's clock."),
                fields={"marked_at": [_("In the future.")]},
            )


def _write(assessor: Assessor, one: Given, known: Mapping[UUID, Mark]) -> Mark:
    if Mark.objects.filter(key=one.key).exists():
        raise Invalid(_("This key is another's mark."), fields={"key": [_("Draw another.")]})
    target = (one.competence_id, one.criterion_id)
    after = known.get(one.after) if one.after else None
    if after is not None and (after.competence_id, after.criterion_id) != target:
        after = None
    row = Mark.objects.create(
        assessor=assessor,
        competence_id=one.competence_id,
        criterion_id=one.criterion_id,
        value=one.value,
        comment=one.comment.replace("\x00", "").strip(),
        key=one.key,
        after=after,
        marked_at=one.marked_at,
    )
    row.resolves.set(
        other
        for key in one.resolves
        if (other := known.get(key)) and (other.competence_id, other.criterion_id) == target
    )
    return row


@service("evaluation.sign")
def sign(*, actor: Actor, evaluation_id: int, at: datetime | None = None) -> Evaluation:
    """Close one's own grid. When the last assessor signs, differences show, or it is done.

    Raises:
        NotFound, Refused: see :func:`mark`.
        Conflict: it is closed already; or a competence has no result, a «not acquired» has no
            comment, two devices disagree.
    """
    evaluation = lock(actor, evaluation_id)
    assessor = _own_grid(actor, evaluation)
    if assessor.signed_at or evaluation.state != EvaluationState.PLANNED:
        raise Conflict(_("Your grid is closed already."))
    at = at or timezone.now()
    own = grid_of(assessor)
    _check_complete(own, required(evaluation))
    assessor.signed_at = at
    assessor.seal = seal_of(own)
    assessor.save(update_fields=["signed_at", "seal"])
    if not evaluation.assessors.filter(signed_at__isnull=True).exists():
        grids = {one.pk: grid_of(one) for one in evaluation.assessors.all()}
        settled = not differences(grids)
        evaluation.state = EvaluationState.SIGNED if settled else EvaluationState.MARKED
        evaluation.signed_at = at if settled else None
        evaluation.version += 1
        evaluation.save(update_fields=["state", "signed_at", "version"])
    _record(actor, evaluation, "evaluation.sign", seal=assessor.seal, state=evaluation.state)
    return evaluation


def _check_complete(own: Grid, wanted: Sequence[Target]) -> None:
    lacks = missing(own, wanted)
    if lacks.in_conflict:
        raise Conflict(
            _("Two of your devices disagree on %(count)d marks: say which hold.")
            % {"count": len(lacks.in_conflict)}
        )
    if lacks.unmarked:
        raise Conflict(
            _("%(count)d competences have no result yet.") % {"count": len(lacks.unmarked)}
        )
    if lacks.uncommented:
        raise Conflict(
            _("%(count)d results are “not acquired” without saying why.")
            % {"count": len(lacks.uncommented)}
        )


def seal_of(own: Grid) -> str:
    """Give the digest (SHA-256, hex) of a grid as it was signed."""
    told = sorted(
        [target[0], target[1] or 0, one.value, one.comment] for target, one in own.marks.items()
    )
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


@service("evaluation.settle")
def settle(
    *, actor: Actor, evaluation_id: int, decided: Mapping[Target, tuple[str, str]]
) -> Evaluation:
    """Propose what holds where the assessors differ; the others agree with :func:`agree`.

    Args:
        decided: a value and a comment for every target on which they differ, and no other.

    Raises:
        NotFound, Refused: see :func:`mark`.
        Conflict: not everybody has signed, or it is done.
        Invalid: a difference is left out, or a target is none; «not acquired» without a comment.
    """
    evaluation = lock(actor, evaluation_id)
    assessor = _own_grid(actor, evaluation)
    if evaluation.state != EvaluationState.MARKED:
        raise Conflict(_("There is nothing to settle."))
    open_ones = differences({one.pk: grid_of(one) for one in evaluation.assessors.all()})
    if set(decided) != set(open_ones):
        raise Invalid(_("Settle every difference, and nothing else."))
    for value, comment in decided.values():
        if value not in Value.values:
            raise Invalid(_("Unknown result."), fields={"value": [_("Unknown.")]})
        if value == Value.NOT_ACQUIRED and not comment.strip():
            raise Invalid(_("Say why it is not acquired."), fields={"comment": [_("Say why.")]})
    Settlement.objects.filter(evaluation=evaluation).delete()
    Settlement.objects.bulk_create(
        Settlement(
            evaluation=evaluation,
            competence_id=target[0],
            criterion_id=target[1],
            value=value,
            comment=comment.replace("\x00", "").strip()[:2_000],
            settled_by=assessor,
        )
        for target, (value, comment) in decided.items()
    )
    evaluation.assessors.update(agreed_at=None)
    _agree(actor, evaluation, assessor, "evaluation.settle")
    return evaluation


@service("evaluation.agree")
def agree(*, actor: Actor, evaluation_id: int) -> Evaluation:
    """Agree with what a fellow assessor settled; when all have, the evaluation is signed.

    Raises:
        NotFound, Refused: see :func:`mark`.
        Conflict: nothing is proposed, or it is done.
    """
    evaluation = lock(actor, evaluation_id)
    assessor = _own_grid(actor, evaluation)
    if (
        evaluation.state != EvaluationState.MARKED
        or not Settlement.objects.filter(evaluation=evaluation).exists()
    ):
        raise Conflict(_("There is nothing to agree on."))
    _agree(actor, evaluation, assessor, "evaluation.agree")
    return evaluation


def _agree(actor: Actor, evaluation: Evaluation, assessor: Assessor, verb: str) -> None:
    now = timezone.now()
    assessor.agreed_at = now
    assessor.save(update_fields=["agreed_at"])
    if not evaluation.assessors.filter(agreed_at__isnull=True).exists():
        evaluation.state, evaluation.signed_at = EvaluationState.SIGNED, now
    evaluation.version += 1
    evaluation.save(update_fields=["state", "signed_at", "version"])
    _record(actor, evaluation, verb, state=evaluation.state)
