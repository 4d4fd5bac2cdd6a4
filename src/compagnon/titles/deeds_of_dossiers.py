"""What may be done to a practice dossier from its page; the row is its candidacy."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.titles.deeds import Deed
from compagnon.titles.forms.candidacies import KeyForm
from compagnon.titles.forms.dossiers import DeclareForm
from compagnon.titles.forms.evidence import FileForm
from compagnon.titles.models import Candidacy
from compagnon.titles.policies_candidacies import is_candidate
from compagnon.titles.services import dossiers


def writes(actor: Actor, row: Candidacy) -> bool:
    """Tell whether it is the actor's own, and their candidacy goes on."""
    return is_candidate(actor, row) and row.is_open


DEEDS: Mapping[str, Deed] = {
    "drop-example": Deed(
        title=_("Take the example out"),
        icon="trash",
        kind="danger",
        form=KeyForm,
        may=writes,
        done=_("The example is out; its evidence stays."),
        run=lambda actor, row, values: dossiers.drop_example(
            actor=actor, candidacy_id=row.pk, example_id=values["key"]
        ),
    ),
    "add-annex": Deed(
        title=_("Add an annex"),
        icon="paperclip",
        form=FileForm,
        may=writes,
        done=_("The annex is added."),
        run=lambda actor, row, values: dossiers.add_annex(
            actor=actor,
            candidacy_id=row.pk,
            name=values["file"].name,
            content=values["file"].read(),
        ),
    ),
    "drop-annex": Deed(
        title=_("Take the annex out"),
        icon="trash",
        kind="danger",
        form=KeyForm,
        may=writes,
        done=_("The annex is out."),
        run=lambda actor, row, values: dossiers.drop_annex(
            actor=actor, candidacy_id=row.pk, annex_id=values["key"]
        ),
    ),
    "declare": Deed(
        title=_("Declare on honour"),
        icon="writing-sign",
        form=DeclareForm,
        may=writes,
        done=_("The dossier is declared: it is closed until you reopen it."),
        run=lambda actor, row, values: dossiers.declare(
            actor=actor, candidacy_id=row.pk, place=values["place"]
        ),
    ),
    "reopen": Deed(
        title=_("Reopen the dossier"),
        icon="lock-open",
        may=writes,
        done=_("The dossier is open: declare it again when it is ready."),
        help=_("The declaration is taken back."),
        run=lambda actor, row, values: dossiers.reopen(actor=actor, candidacy_id=row.pk),
    ),
}
