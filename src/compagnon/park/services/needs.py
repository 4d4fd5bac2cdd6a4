"""Specifications of needs: criteria, products, scores with their proof."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from compagnon.core import files, journal
from compagnon.core.actor import Actor
from compagnon.core.api.errors import from_django
from compagnon.core.errors import Conflict, Invalid, NotFound
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park.models import Candidate, Criterion, NeedsStudy, Score
from compagnon.park.policies import NEEDS, check

MOST_CRITERIA = 100
MOST_PRODUCTS = 20


def _study(actor: Actor, study_id: int) -> NeedsStudy:
    row = get_visible(
        NeedsStudy, actor, NeedsStudy.objects.select_for_update(of=("self",)), pk=study_id
    )
    check(actor, NEEDS, row.organisation_id)
    return row


def _keep(row: Any) -> None:
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise from_django(error) from error
    except IntegrityError as error:
        raise Conflict(_("Another one of this study has this name.")) from error


@service("needs.criterion")
def set_criterion(
    *,
    actor: Actor,
    study_id: int,
    name: str,
    need: str,
    weight: int,
    criterion_id: int | None = None,
) -> Criterion:
    """Add a criterion, or change one.

    Args:
        weight: 0 to 100.

    Raises:
        NotFound: no such study or criterion, or not visible.
        Refused: the actor may not write specifications there.
        Invalid: some value is not valid, or there are too many.
        Conflict: another criterion has this name.
    """
    study = _study(actor, study_id)
    before = study.criteria.count()
    if criterion_id is None:
        if before >= MOST_CRITERIA:
            raise Invalid(_("%(most)d criteria at most.") % {"most": MOST_CRITERIA})
        row = Criterion(study=study, position=before + 1)
    else:
        row = _of(study.criteria, criterion_id)
    row.name, row.need, row.weight = name.strip(), need, weight
    _keep(row)
    journal.record(
        actor=actor, verb="needs.criterion", subject=study,
        after={"criterion": row.name, "need": row.need, "weight": row.weight},
    )  # fmt: skip
    return row


def _of(rows: Any, pk: int) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


@service("needs.candidate")
def set_candidate(
    *, actor: Actor, study_id: int, name: str, publisher: str = "", candidate_id: int | None = None
) -> Candidate:
    """Add a product that is compared, or change one.

    Raises:
        NotFound: no such study or product, or not visible.
        Refused: the actor may not write specifications there.
        Invalid: it has no name, or there are too many.
        Conflict: another product has this name.
    """
    study = _study(actor, study_id)
    if candidate_id is None:
        if study.candidates.count() >= MOST_PRODUCTS:
            raise Invalid(_("%(most)d products at most.") % {"most": MOST_PRODUCTS})
        row = Candidate(study=study)
    else:
        row = _of(study.candidates, candidate_id)
    row.name, row.publisher = name.strip(), publisher.strip()
    _keep(row)
    journal.record(
        actor=actor, verb="needs.candidate", subject=study, after={"candidate": row.name}
    )
    return row


@service("needs.score")
def set_score(
    *,
    actor: Actor,
    study_id: int,
    criterion_id: int,
    candidate_id: int,
    value: int,
    proof: str = "",
    link: str = "",
    file_name: str = "",
    content: bytes | None = None,
) -> Score:
    """Say how well a product answers a criterion, and what proves it.

    Args:
        value: 0 to 10.
        link: a page on the web, http or https.
        content: a file that proves it.

    Raises:
        NotFound: no such study, criterion or product, or not visible.
        Refused: the actor may not write specifications there.
        Invalid: the score is not valid, or nothing proves it.
    """
    study = _study(actor, study_id)
    criterion = _of(study.criteria, criterion_id)
    candidate = _of(study.candidates, candidate_id)
    row = Score.objects.filter(criterion=criterion, candidate=candidate).first() or Score(
        criterion=criterion, candidate=candidate
    )
    before = row.value if row.pk else None
    row.value, row.proof, row.link = value, proof.strip(), link.strip()
    if row.link and not row.link.lower().startswith(("http://", "https://")):
        raise Invalid(fields={"link": [_("Give an address that begins with http.")]})
    if content is not None:
        row.file, row.file_name = files.store(content), file_name.strip()[-200:] or "proof"
    if not (row.proof or row.link or row.file_id):
        raise Invalid(fields={"proof": [_("Say what proves it: a text, a link or a file.")]})
    _keep(row)
    journal.record(
        actor=actor, verb="needs.score", subject=study, before={"score": before},
        after={"criterion": criterion.name, "candidate": candidate.name, "score": value},
    )  # fmt: skip
    return row


@service("needs.remove")
def remove(
    *, actor: Actor, study_id: int, criterion_id: int | None = None,
    candidate_id: int | None = None,
) -> NeedsStudy:  # fmt: skip
    """Take a criterion or a product out, with its scores.

    Raises:
        NotFound: no such study, criterion or product, or not visible.
        Refused: the actor may not write specifications there.
    """
    study = _study(actor, study_id)
    row = (
        _of(study.criteria, criterion_id)
        if criterion_id is not None
        else _of(study.candidates, candidate_id or 0)
    )
    name = row.name
    row.delete()
    journal.record(actor=actor, verb="needs.remove", subject=study, before={"removed": name})
    return study
