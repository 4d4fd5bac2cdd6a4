"""Who may do what on candidacies."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core import verbs
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.titles.models import Candidacy

verbs.declare(
    "titles",
    {
        "candidacy.view": _("See candidacies of a training centre"),
        "candidacy.manage": _("Enrol candidates and keep their files"),
        "candidacy.train": _("Train candidates: attest their evidence, evaluate in course"),
    },
)
verbs.declare(
    "titles", {"candidacy.own": _("follow one's own candidacy and build its dossier")}, own=True
)


def is_candidate(actor: Actor, candidacy: Candidacy) -> bool:
    """Tell whether it is the actor's own candidacy, and they come by a door that lets them."""
    return (
        actor.id is not None
        and actor.id == candidacy.person_id
        and actor.scope.reaches_own("candidacy.own")
    )


def is_tutor(actor: Actor, candidacy: Candidacy) -> bool:
    """Tell whether the actor is the tutor of one of its periods in company."""
    return (
        actor.id is not None
        and actor.scope.reaches_own("candidacy.own")
        and candidacy.periods.filter(tutor_id=actor.id).exists()
    )


def may_manage(actor: Actor, organisation_id: int) -> bool:
    """Tell whether the actor keeps the files of that centre."""
    return actor.scope.allows("candidacy.manage", organisation_id)


def may_train(actor: Actor, candidacy: Candidacy) -> bool:
    """Tell whether the actor trains at the candidacy's centre."""
    return actor.scope.allows("candidacy.train", candidacy.organisation_id)


def check_manage(actor: Actor, organisation_id: int) -> None:
    """Refuse unless :func:`may_manage`.

    Raises:
        Refused: the actor does not keep that centre's files.
    """
    if not may_manage(actor, organisation_id):
        raise Refused(_("You do not keep the candidates' files of this centre."))


def check_own(actor: Actor, candidacy: Candidacy) -> None:
    """Refuse unless it is the actor's own candidacy.

    Raises:
        Refused: it is another's: a dossier is written by its candidate alone.
    """
    if not is_candidate(actor, candidacy):
        raise Refused(_("Only the candidate may do this."))
