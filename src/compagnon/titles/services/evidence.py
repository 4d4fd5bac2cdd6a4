"""A candidate's evidence: chosen, told, masked, attached to; attested by tutor or trainer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files, journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Stale
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.titles.models import (
    Candidacy,
    Competence,
    Criterion,
    Evidence,
    EvidenceFile,
    EvidenceLink,
    EvidenceOrigin,
    EvidenceState,
)
from compagnon.titles.policies_candidacies import check_own, is_tutor, may_train

TEXTS = ("title", "did", "means", "with_whom", "context")
LIMITS = {"title": 200, "did": 10_000, "means": 5_000, "with_whom": 5_000, "context": 5_000}
FILES_MAX = 30
# A competence, and one criterion of it or none.
Shown = Sequence[tuple[Competence, Criterion | None]]


def lock(*, actor: Actor, evidence_id: int, expected_version: int | None = None) -> Evidence:
    """Fetch a piece of evidence for changing it.

    Raises:
        NotFound: there is none, or the actor does not see it.
        Stale: its version is not ``expected_version``.
    """
    rows = Evidence.objects.select_for_update(of=("self",)).select_related("candidacy")
    evidence = get_visible(Evidence, actor, rows, pk=evidence_id)
    if expected_version is not None and evidence.version != expected_version:
        raise Stale(_("This evidence was changed since you opened it. Look at it again."))
    return evidence


def _own(actor: Actor, evidence_id: int, expected_version: int | None = None) -> Evidence:
    evidence = lock(actor=actor, evidence_id=evidence_id, expected_version=expected_version)
    check_own(actor, evidence.candidacy)
    if not evidence.candidacy.is_open:
        raise Conflict(_("This candidacy is over: its evidence stays as it was."))
    return evidence


def _record(actor: Actor, evidence: Evidence, verb: str, **after: Any) -> None:
    journal.record(
        actor=actor,
        verb=verb,
        subject=evidence,
        organisation_id=evidence.candidacy.organisation_id,
        after={"candidacy_id": evidence.candidacy_id, **after},
    )


def _save(evidence: Evidence, *fields: str) -> None:
    evidence.version += 1
    evidence.save(update_fields=[*fields, "version"])


def seal_of(evidence: Evidence) -> str:
    """Give the digest (SHA-256, hex) of what one who attests has before them."""
    told = {name: getattr(evidence, name) for name in TEXTS}
    told["links"] = sorted(
        [link.competence_id, link.criterion_id or 0] for link in evidence.links.all()
    )
    told["files"] = sorted(evidence.files.values_list("file__sha256", flat=True))
    told["entries"] = evidence.entries
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _unseal(evidence: Evidence) -> list[str]:
    """Take the attestation off what has changed; gives the fields to save."""
    if evidence.state != EvidenceState.ATTESTED or evidence.sealed == seal_of(evidence):
        return []
    evidence.state = EvidenceState.CHOSEN
    evidence.attested_at = evidence.attested_by = None
    evidence.sealed = ""
    return ["state", "attested_at", "attested_by", "sealed"]


@service("evidence.choose")
def choose(*, actor: Actor, evidence_id: int) -> Evidence:
    """Take a proposal into the candidate's evidence.

    Raises:
        NotFound: the actor does not see it.
        Refused: the actor is not its candidate.
        Conflict: the candidacy is over, or it is chosen already.
    """
    evidence = _own(actor, evidence_id)
    if evidence.state not in (EvidenceState.PROPOSED, EvidenceState.ASIDE):
        raise Conflict(_("It is among your evidence already."))
    evidence.state = EvidenceState.CHOSEN
    _save(evidence, "state")
    _record(actor, evidence, "evidence.choose")
    return evidence


@service("evidence.set_aside")
def set_aside(*, actor: Actor, evidence_id: int) -> Evidence:
    """Leave a piece of evidence out of the dossier; it can be taken again.

    Raises:
        NotFound, Refused: see :func:`choose`.
        Conflict: the candidacy is over, or it is aside already.
    """
    evidence = _own(actor, evidence_id)
    if evidence.state == EvidenceState.ASIDE:
        raise Conflict(_("It is set aside already."))
    evidence.state = EvidenceState.ASIDE
    evidence.attested_at = evidence.attested_by = None
    evidence.sealed = ""
    _save(evidence, "state", "attested_at", "attested_by", "sealed")
    _record(actor, evidence, "evidence.set_aside")
    return evidence


@service("evidence.add_outside")
def add_outside(
    *,
    actor: Actor,
    candidacy_id: int,
    happened_at: datetime,
    texts: Mapping[str, str],
    shown: Shown,
) -> Evidence:
    """Add work that was done elsewhere; it is marked as such for ever.

    Raises:
        NotFound: the actor does not see the candidacy.
        Refused: the actor is not its candidate.
        Conflict: the candidacy is over.
        Invalid: no title, a text over its length, a date to come, a competence of another title.
    """
    candidacy = get_visible(Candidacy, actor, pk=candidacy_id)
    check_own(actor, candidacy)
    if not candidacy.is_open:
        raise Conflict(_("This candidacy is over: its evidence stays as it was."))
    if happened_at > timezone.now():
        raise Invalid(
            _("Evidence is of what was done."), fields={"happened_at": [_("A day gone by.")]}
        )
    evidence = Evidence(
        candidacy=candidacy,
        origin=EvidenceOrigin.OUTSIDE,
        state=EvidenceState.CHOSEN,
        happened_at=happened_at,
        **_checked(texts),
    )
    if not evidence.title:
        raise Invalid(_("Give it a title."), fields={"title": [_("The title is empty.")]})
    evidence.save()
    _tie(evidence, shown)
    _record(actor, evidence, "evidence.add_outside", happened_at=happened_at)
    return evidence


@service("evidence.tell")
def tell(
    *,
    actor: Actor,
    evidence_id: int,
    texts: Mapping[str, str],
    shown: Shown | None = None,
    is_masked: bool | None = None,
    expected_version: int | None = None,
) -> Evidence:
    """Change the candidate's account of a piece of evidence, and what it shows.

    A change of what was attested takes the attestation off: it must be given again.

    Args:
        texts: any of ``title``, ``did``, ``means``, ``with_whom``, ``context``; others stay.
        shown: the competences and criteria it shows; ``None`` leaves them.

    Raises:
        NotFound, Refused, Conflict: see :func:`choose`.
        Stale: see :func:`lock`.
        Invalid: a text over its length, an empty title, a competence of another title.
    """
    evidence = _own(actor, evidence_id, expected_version)
    given = _checked(texts)
    if "title" in given and not given["title"]:
        raise Invalid(_("Give it a title."), fields={"title": [_("The title is empty.")]})
    changed = [name for name, text in given.items() if getattr(evidence, name) != text]
    for name in changed:
        setattr(evidence, name, given[name])
    if shown is not None:
        _tie(evidence, shown)
    if is_masked is not None and is_masked != evidence.is_masked:
        evidence.is_masked = is_masked
        changed.append("is_masked")
    unsealed = _unseal(evidence)
    _save(evidence, *changed, *unsealed)
    # The account is the candidate's own and may be erased: the journal says which parts changed.
    _record(actor, evidence, "evidence.tell", changed=changed, unsealed=bool(unsealed))
    return evidence


def _checked(texts: Mapping[str, str]) -> dict[str, str]:
    unknown = set(texts) - set(TEXTS)
    if unknown:
        raise Invalid(_("Unknown part of an account."), fields={min(unknown): [_("Unknown.")]})
    clean = {
        name: text.replace("\x00", "").replace("\r\n", "\n").strip() for name, text in texts.items()
    }
    for name, text in clean.items():
        if len(text) > LIMITS[name]:
            raise Invalid(
                _("This text is too long: at most %(limit)d characters.") % {"limit": LIMITS[name]},
                fields={name: [_("Too long.")]},
            )
    return clean


def _tie(evidence: Evidence, shown: Shown) -> None:
    version = evidence.candidacy.version_of_title_id
    for competence, criterion in shown:
        if competence.version_id != version or (
            criterion is not None and criterion.competence_id != competence.pk
        ):
            raise Invalid(
                _("This competence is of another title."),
                fields={"competences": [_("Choose among those of the title.")]},
            )
    evidence.links.all().delete()
    EvidenceLink.objects.bulk_create(
        EvidenceLink(evidence=evidence, competence_id=competence, criterion_id=criterion)
        for competence, criterion in sorted(
            {(one.pk, criterion.pk if criterion else None) for one, criterion in shown},
            key=lambda pair: (pair[0], pair[1] or 0),
        )
    )


@service("evidence.attach")
def attach(*, actor: Actor, evidence_id: int, name: str, content: bytes) -> EvidenceFile:
    """Attach a file.

    Raises:
        NotFound, Refused, Conflict: see :func:`choose`; or it has thirty files.
        TooLarge: over the limit of files.
    """
    evidence = _own(actor, evidence_id)
    if evidence.files.count() >= FILES_MAX:
        raise Conflict(_("A piece of evidence holds thirty files at most."))
    stored = files.store(content)
    kept, made = EvidenceFile.objects.get_or_create(
        evidence=evidence, file=stored, defaults={"name": files.clean_name(name)}
    )
    if made:
        _save(evidence, *_unseal(evidence))
        _record(actor, evidence, "evidence.attach", file_id=kept.pk, bytes=stored.size)
    return kept


@service("evidence.detach")
def detach(*, actor: Actor, evidence_id: int, file_id: int) -> None:
    """Take a file off.

    Raises:
        NotFound, Refused, Conflict: see :func:`choose`; or it has no such file.
    """
    evidence = _own(actor, evidence_id)
    kept = evidence.files.filter(pk=file_id).first()
    if kept is None:
        raise NotFound
    kept.delete()
    _save(evidence, *_unseal(evidence))
    _record(actor, evidence, "evidence.detach", file_id=file_id)


@service("evidence.attest")
def attest(
    *,
    actor: Actor,
    evidence_id: int,
    comment: str = "",
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Evidence:
    """Attest that the candidate did this, as told; by a tutor or a trainer, never by oneself.

    Raises:
        NotFound: the actor does not see it.
        Refused: the actor is neither a trainer of the centre nor a tutor, or is the candidate.
        Conflict: the candidate has not chosen it, or has not told what they did.
        Stale: it changed since it was read.
    """
    evidence = lock(actor=actor, evidence_id=evidence_id, expected_version=expected_version)
    candidacy = evidence.candidacy
    if actor.id is None or actor.id == candidacy.person_id:
        raise Refused(_("Nobody attests their own work."))
    if not (may_train(actor, candidacy) or is_tutor(actor, candidacy)):
        raise Refused(_("Only a trainer of the centre or the tutor in company attests."))
    if evidence.state not in (EvidenceState.CHOSEN, EvidenceState.ATTESTED):
        raise Conflict(_("The candidate has not chosen this evidence."))
    if not evidence.did:
        raise Conflict(_("The candidate has not told yet what they did."))
    evidence.state = EvidenceState.ATTESTED
    evidence.attested_by_id = actor.id
    evidence.attested_at = at or timezone.now()
    evidence.attestation = comment.replace("\x00", "").strip()[:2_000]
    evidence.sealed = seal_of(evidence)
    _save(evidence, "state", "attested_by", "attested_at", "attestation", "sealed")
    _record(actor, evidence, "evidence.attest", seal=evidence.sealed)
    return evidence
