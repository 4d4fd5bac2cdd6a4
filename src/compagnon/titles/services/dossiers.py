"""The practice dossier: written by its candidate, from their evidence, and declared on honour."""

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
from compagnon.core.errors import Conflict, Invalid, NotFound, Stale
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.titles.models import (
    ActivityType,
    Annex,
    Candidacy,
    Dossier,
    Evidence,
    EvidenceState,
    Example,
)
from compagnon.titles.policies_candidacies import check_own

PARTS = {"introduction": 20_000, "diplomas": 5_000}
TEXTS = {
    "title": 200, "did": 20_000, "means": 10_000, "with_whom": 10_000, "context": 10_000,
    "more": 10_000,
}  # fmt: skip
EXAMPLES_MAX = 12
ANNEXES_MAX = 30


def _dossier(actor: Actor, candidacy_id: int, expected_version: int | None = None) -> Dossier:
    """Fetch the dossier of one's own candidacy, for writing; made where there is none yet.

    Raises:
        NotFound: the actor does not see the candidacy.
        Refused: it is another's.
        Stale: its version is not ``expected_version``.
        Conflict: the candidacy is over, or the dossier is declared.
    """
    rows = Candidacy.objects.select_for_update(of=("self",))
    candidacy = get_visible(Candidacy, actor, rows, pk=candidacy_id)
    check_own(actor, candidacy)
    if not candidacy.is_open:
        raise Conflict(_("This candidacy is over: its dossier stays as it was."))
    dossier, _made = Dossier.objects.select_for_update().get_or_create(candidacy=candidacy)
    if expected_version is not None and dossier.version != expected_version:
        raise Stale(_("This dossier was changed since you opened it. Look at it again."))
    if dossier.declared_at is not None:
        raise Conflict(_("You have declared this dossier on your honour: reopen it to change it."))
    return dossier


def _done(actor: Actor, dossier: Dossier, verb: str, *fields: str, **after: Any) -> None:
    dossier.version += 1
    dossier.save(update_fields=[*fields, "version"])
    journal.record(
        actor=actor,
        verb=verb,
        subject=dossier,
        organisation_id=dossier.candidacy.organisation_id,
        after={"candidacy_id": dossier.candidacy_id, **after},
    )


def _checked(texts: Mapping[str, str], limits: Mapping[str, int]) -> dict[str, str]:
    clean = {}
    for name, text in texts.items():
        if name not in limits:
            raise Invalid(_("Unknown part of a dossier."), fields={name: [_("Unknown.")]})
        clean[name] = text.replace("\x00", "").replace("\r\n", "\n").strip()
        if len(clean[name]) > limits[name]:
            raise Invalid(
                _("This text is too long: at most %(limit)d characters.") % {"limit": limits[name]},
                fields={name: [_("Too long.")]},
            )
    return clean


@service("dossier.write")
def write(
    *,
    actor: Actor,
    candidacy_id: int,
    texts: Mapping[str, str],
    expected_version: int | None = None,
) -> Dossier:
    """Write the parts that stand before the examples: ``introduction``, ``diplomas``.

    Raises:
        NotFound, Refused, Conflict, Stale: see :func:`_dossier`.
        Invalid: an unknown part, or one over its length.
    """
    dossier = _dossier(actor, candidacy_id, expected_version)
    given = _checked(texts, PARTS)
    for name, text in given.items():
        setattr(dossier, name, text)
    _done(actor, dossier, "dossier.write", *given, changed=sorted(given))
    return dossier


@service("dossier.write_example")
def write_example(
    *,
    actor: Actor,
    candidacy_id: int,
    activity: ActivityType,
    texts: Mapping[str, str],
    evidence: Sequence[Evidence] | None = None,
    example_id: int | None = None,
    expected_version: int | None = None,
) -> Example:
    """Add an example of practice for an activity type, or change one.

    A new one without texts takes those of its first piece of evidence.

    Args:
        evidence: the candidate's own, chosen or attested; ``None`` leaves what is there.

    Raises:
        NotFound, Refused, Conflict, Stale: see :func:`_dossier`; or it has no such example.
        Invalid: no title, a text over its length, an activity of another title, evidence that is
            not the candidate's or not chosen; over twelve examples.
    """
    dossier = _dossier(actor, candidacy_id, expected_version)
    if activity.version_id != dossier.candidacy.version_of_title_id:
        raise Invalid(
            _("This activity type is of another title."),
            fields={"activity": [_("Choose among those of the title.")]},
        )
    shown = list(evidence or ())
    for one in shown:
        if one.candidacy_id != candidacy_id or one.state not in (
            EvidenceState.CHOSEN,
            EvidenceState.ATTESTED,
        ):
            raise Invalid(
                _("Choose the evidence first."), fields={"evidence": [_("Not chosen yet.")]}
            )
    given = _checked(texts, TEXTS)
    if example_id is None:
        example = _new_example(dossier, activity, given, shown)
    else:
        found = dossier.examples.filter(pk=example_id).first()
        if found is None:
            raise NotFound
        example = found
        example.activity = activity
        for name, text in given.items():
            setattr(example, name, text)
    if not example.title:
        raise Invalid(_("Give it a title."), fields={"title": [_("The title is empty.")]})
    example.save()
    if evidence is not None:
        example.evidence.set(shown)
    _done(
        actor,
        dossier,
        "dossier.write_example",
        example_id=example.pk,
        activity=activity.number,
        evidence=[one.pk for one in shown],
    )
    return example


def _new_example(
    dossier: Dossier, activity: ActivityType, given: Mapping[str, str], shown: Sequence[Evidence]
) -> Example:
    if dossier.examples.count() >= EXAMPLES_MAX:
        raise Invalid(_("A dossier holds twelve examples at most."))
    source = shown[0] if shown else None
    texts = {
        name: given.get(name) or (getattr(source, name, "") if source else "") for name in TEXTS
    }
    last = dossier.examples.filter(activity=activity).count()
    return Example(dossier=dossier, activity=activity, position=last + 1, **texts)


@service("dossier.drop_example")
def drop_example(*, actor: Actor, candidacy_id: int, example_id: int) -> None:
    """Take an example out; its evidence stays.

    Raises:
        NotFound, Refused, Conflict: see :func:`_dossier`; or it has no such example.
    """
    dossier = _dossier(actor, candidacy_id)
    example = dossier.examples.filter(pk=example_id).first()
    if example is None:
        raise NotFound
    example.delete()
    _done(actor, dossier, "dossier.drop_example", example_id=example_id)


@service("dossier.add_annex")
def add_annex(*, actor: Actor, candidacy_id: int, name: str, content: bytes) -> Annex:
    """Put a document at the end of the dossier.

    Raises:
        NotFound, Refused, Conflict: see :func:`_dossier`; or it has thirty annexes.
        TooLarge: over the limit of files.
    """
    dossier = _dossier(actor, candidacy_id)
    if dossier.annexes.count() >= ANNEXES_MAX:
        raise Conflict(_("A dossier holds thirty annexes at most."))
    stored = files.store(content)
    annex, made = Annex.objects.get_or_create(
        dossier=dossier,
        file=stored,
        defaults={"name": files.clean_name(name), "position": dossier.annexes.count() + 1},
    )
    if made:
        _done(actor, dossier, "dossier.add_annex", annex_id=annex.pk, bytes=stored.size)
    return annex


@service("dossier.drop_annex")
def drop_annex(*, actor: Actor, candidacy_id: int, annex_id: int) -> None:
    """Take a document out.

    Raises:
        NotFound, Refused, Conflict: see :func:`_dossier`; or it has no such annex.
    """
    dossier = _dossier(actor, candidacy_id)
    annex = dossier.annexes.filter(pk=annex_id).first()
    if annex is None:
        raise NotFound
    annex.delete()
    _done(actor, dossier, "dossier.drop_annex", annex_id=annex_id)


def seal_of(dossier: Dossier) -> str:
    """Give the digest (SHA-256, hex) of what the dossier says."""
    told = {
        "parts": {name: getattr(dossier, name) for name in PARTS},
        "examples": [
            {
                "activity": example.activity.number,
                "evidence": sorted(example.evidence.values_list("pk", flat=True)),
                **{name: getattr(example, name) for name in TEXTS},
            }
            for example in dossier.examples.select_related("activity")
        ],
        "annexes": list(dossier.annexes.values_list("file__sha256", flat=True)),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@service("dossier.declare")
def declare(*, actor: Actor, candidacy_id: int, place: str, at: datetime | None = None) -> Dossier:
    """Declare on honour that the dossier is one's own work; it is closed from then on.

    Raises:
        NotFound, Refused, Conflict: see :func:`_dossier`; or an activity type aimed at has no
            example.
        Invalid: no place.
    """
    dossier = _dossier(actor, candidacy_id)
    place = " ".join(place.split())[:80]
    if not place:
        raise Invalid(_("Say where."), fields={"place": [_("Say where.")]})
    aimed = dossier.candidacy.aimed.filter(activity__isnull=False)
    told = dossier.examples.values_list("activity_id", flat=True)
    lacking = aimed.exclude(activity_id__in=told).order_by("number")
    if lacking:
        raise Conflict(
            _("An example is missing for: %(names)s.")
            % {"names": ", ".join(certificate.name for certificate in lacking)}
        )
    dossier.declared_at = at or timezone.now()
    dossier.declared_at_place = place
    dossier.seal = seal_of(dossier)
    _done(
        actor, dossier, "dossier.declare", "declared_at", "declared_at_place", "seal",
        seal=dossier.seal,
    )  # fmt: skip
    return dossier


@service("dossier.reopen")
def reopen(*, actor: Actor, candidacy_id: int) -> Dossier:
    """Take back the declaration, to change the dossier.

    Raises:
        NotFound: the actor does not see the candidacy, or it has no dossier.
        Refused: it is another's.
        Conflict: the candidacy is over, or the dossier is open.
    """
    candidacy = get_visible(Candidacy, actor, pk=candidacy_id)
    check_own(actor, candidacy)
    dossier = Dossier.objects.select_for_update().filter(candidacy=candidacy).first()
    if dossier is None:
        raise NotFound
    if not candidacy.is_open:
        raise Conflict(_("This candidacy is over: its dossier stays as it was."))
    if dossier.declared_at is None:
        raise Conflict(_("This dossier is open already."))
    before = dossier.seal
    dossier.declared_at, dossier.seal = None, ""
    _done(actor, dossier, "dossier.reopen", "declared_at", "seal", seal_before=before)
    return dossier
