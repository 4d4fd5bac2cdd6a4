"""Who may tie the desk to other programs: webhooks, alerts, mailboxes that are fetched."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core import verbs
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused

WEBHOOK = "webhook.manage"
ALERT_SOURCE = "alert_source.manage"
SILENCE = "alert.silence"
CONFIGURE = "desk.configure"

verbs.declare(
    "desk",
    {
        WEBHOOK: _("send what happens to other programs (webhooks)"),
        ALERT_SOURCE: _("connect supervisions that send alerts"),
        SILENCE: _("hush alerts during a maintenance"),
    },
)


def check(actor: Actor, verb: str, organisation_id: int | None) -> None:
    """Refuse unless a role gives the verb on that organisation (``None``: everywhere).

    Raises:
        Refused: none does.
    """
    if not actor.scope.allows(verb, organisation_id):
        raise Refused(_("Your roles do not allow this on this organisation."))
