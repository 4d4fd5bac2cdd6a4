"""What may be done to a piece of evidence from its page."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.titles.deeds import Deed
from compagnon.titles.forms.candidacies import KeyForm
from compagnon.titles.forms.evidence import AttestForm, FileForm
from compagnon.titles.models import Evidence, EvidenceState
from compagnon.titles.policies_candidacies import is_candidate, is_tutor, may_train
from compagnon.titles.services import evidence


def owns(actor: Actor, row: Evidence) -> bool:
    """Tell whether it is the actor's own, and their candidacy goes on."""
    return is_candidate(actor, row.candidacy) and row.candidacy.is_open


def may_attest(actor: Actor, row: Evidence) -> bool:
    """Tell whether the actor may attest it: a trainer or a tutor, never its candidate."""
    return (
        actor.id != row.candidacy.person_id
        and row.state in (EvidenceState.CHOSEN, EvidenceState.ATTESTED)
        and (may_train(actor, row.candidacy) or is_tutor(actor, row.candidacy))
    )


DEEDS: Mapping[str, Deed] = {
    "choose": Deed(
        title=_("Choose it"),
        icon="square-check",
        may=owns,
        done=_("It is among your evidence: say what you did."),
        run=lambda actor, row, values: evidence.choose(actor=actor, evidence_id=row.pk),
    ),
    "set-aside": Deed(
        title=_("Set it aside"),
        icon="x",
        may=owns,
        done=_("It is set aside."),
        run=lambda actor, row, values: evidence.set_aside(actor=actor, evidence_id=row.pk),
    ),
    "attach": Deed(
        title=_("Attach a file"),
        icon="paperclip",
        form=FileForm,
        may=owns,
        done=_("The file is attached."),
        help=_("Mask names and addresses in it first: a picture shows them too."),
        run=lambda actor, row, values: evidence.attach(
            actor=actor,
            evidence_id=row.pk,
            name=values["file"].name,
            content=values["file"].read(),
        ),
    ),
    "detach": Deed(
        title=_("Take the file off"),
        icon="trash",
        kind="danger",
        form=KeyForm,
        may=owns,
        done=_("The file is taken off."),
        run=lambda actor, row, values: evidence.detach(
            actor=actor, evidence_id=row.pk, file_id=values["key"]
        ),
    ),
    "attest": Deed(
        title=_("Attest it"),
        icon="writing-sign",
        form=AttestForm,
        may=may_attest,
        done=_("It is attested, with your name and the hour."),
        help=_("You say that the candidate did this, as it is told. A change takes it off."),
        run=lambda actor, row, values: evidence.attest(
            actor=actor,
            evidence_id=row.pk,
            comment=values["comment"],
            expected_version=values["version"],
        ),
    ),
}
