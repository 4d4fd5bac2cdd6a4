"""Two who write at once: the second is shown what the first wrote, and sends again."""

from __future__ import annotations

from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk import ties
from compagnon.desk.errors import Crossed
from compagnon.desk.models import Message, Ticket

SHOWN = 5


def check(*, actor: Actor, ticket: Ticket, seen_message_id: int | None) -> None:
    """Refuse to write on a locked ticket on which others wrote after what the actor has seen.

    Args:
        seen_message_id: the last message that was read; ``None`` checks nothing.

    Raises:
        Crossed: somebody else wrote since; nothing was saved.
    """
    if seen_message_id is None:
        return
    keys = [ticket.pk, *ties.merged_keys(ticket.pk)]
    rows = Message.objects.filter(ticket__in=keys, pk__gt=seen_message_id)
    others = visible(Message, actor, rows).exclude(author_id=actor.id or 0)
    newer = list(others.select_related("author").order_by("pk")[:SHOWN])
    if not newer:
        return
    names = ", ".join(dict.fromkeys(str(one.author or _("Support")) for one in newer))
    error = Crossed(
        _(
            "%(names)s wrote on ticket %(reference)s since you opened it. Nothing of yours was "
            "lost and nothing was sent: read it, then send again."
        )
        % {"names": names, "reference": ticket.reference}
    )
    error.newer = newer
    raise error
