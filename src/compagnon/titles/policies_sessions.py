"""Who may do what on sessions, juries and minutes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core import verbs
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused

verbs.declare(
    "titles",
    {
        "session.view": _("See examination sessions, juries and minutes of a training centre"),
        "session.manage": _("Prepare examination sessions and keep the register of jurors"),
    },
)
verbs.declare("titles", {"jury.own": _("judge in the sessions one is a juror of")}, own=True)


def check_manage_sessions(actor: Actor, organisation_id: int) -> None:
    """Refuse unless the actor prepares that centre's sessions.

    Raises:
        Refused: they do not.
    """
    if not actor.scope.allows("session.manage", organisation_id):
        raise Refused(_("You do not prepare the sessions of this centre."))
