"""Who may do what in ``titles``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core import verbs
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused

verbs.declare(
    "titles",
    {
        "referential.manage": _("Import referentials and settle their correspondences"),
    },
)


def may_manage_referentials(actor: Actor) -> bool:
    """Tell whether the actor may import referentials: they are shared by every organisation."""
    return actor.scope.allows("referential.manage", None)


def check_manage_referentials(actor: Actor) -> None:
    """Refuse unless :func:`may_manage_referentials`.

    Raises:
        Refused: no role of the actor gives it on every organisation.
    """
    if not may_manage_referentials(actor):
        raise Refused(
            _("Referentials are shared by every organisation: your roles do not reach that far.")
        )
