"""What may be done to an evaluation from its page."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.titles.deeds import Deed
from compagnon.titles.forms.evaluations import SettleForm
from compagnon.titles.models import Evaluation
from compagnon.titles.policies_candidacies import may_manage, may_train
from compagnon.titles.queries.evaluations import own_assessor
from compagnon.titles.services import evaluations


def _assesses(actor: Actor, row: Evaluation) -> bool:
    return own_assessor(actor, row) is not None


def plans(actor: Actor, row: Evaluation) -> bool:
    """Tell whether the actor plans and cancels the evaluations of that centre."""
    return may_train(actor, row.candidacy) or may_manage(actor, row.candidacy.organisation_id)


DEEDS: Mapping[str, Deed] = {
    "sign": Deed(
        title=_("Sign my grid"), icon="signature", may=_assesses, done=_("Your grid is closed."),
        run=lambda actor, row, _values: evaluations.sign(actor=actor, evaluation_id=row.pk),
    ),
    "settle": Deed(
        title=_("Settle the differences"), icon="scale", form=SettleForm, may=_assesses,
        done=_("Settled: the other assessors agree to it, or settle otherwise."),
        run=lambda actor, row, values: evaluations.settle(
            actor=actor, evaluation_id=row.pk, decided=values["decided"]
        ),
    ),
    "agree": Deed(
        title=_("Agree to what was settled"), icon="checks", may=_assesses,
        done=_("You agree."),
        run=lambda actor, row, _values: evaluations.agree(actor=actor, evaluation_id=row.pk),
    ),
    "cancel": Deed(
        title=_("Cancel the evaluation"), icon="ban", kind="danger", may=plans,
        done=_("The evaluation is cancelled: its marks count for nothing."),
        run=lambda actor, row, _values: evaluations.cancel(actor=actor, evaluation_id=row.pk),
    ),
}  # fmt: skip
