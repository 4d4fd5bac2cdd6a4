"""What surrounds the demonstration's tickets: what is kept ready, connected, said these days."""

from __future__ import annotations

import base64
from random import Random

from compagnon.config.demo import connected, ready, these_days
from compagnon.config.demo.cast import Cast
from compagnon.config.demo.organisation import Parties
from compagnon.config.demo.pen import Times
from compagnon.config.demo.world import World
from compagnon.core.actor import Actor
from compagnon.desk.models import MailEvent, OutgoingMail, OutgoingState, Solution
from compagnon.desk.outbound import identity


def fill(actor: Actor, world: World, parties: Parties, times: Times, *, seed: int) -> None:
    """Fill it through the desk's own verbs; the same seed gives the same rows.

    No mail of it leaves: what the verbs queue is noted as sent.
    """
    rng = Random(seed)  # noqa: S311 - a story, not a secret
    cast = Cast(world, parties, times)
    solved = Solution.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    ready.fill(actor, cast)
    these_days.fill(actor, cast, rng)
    connected.fill(actor, cast, rng)
    waiting = OutgoingMail.objects.filter(state=OutgoingState.WAITING).select_related("ticket")
    for mail in waiting.order_by("pk"):
        if mail.event == MailEvent.ACKNOWLEDGEMENT:
            # It answers at the moment at which it is written: here, in the past.
            mail.created_at = mail.ticket.opened_at
        mail.state, mail.sent_at, mail.attempts = OutgoingState.SENT, mail.created_at, 1
        mail.internet_id = identity.message_id(
            ticket_id=mail.ticket_id, unique=rng.randbytes(8).hex()
        )
        mail.save(update_fields=["state", "sent_at", "attempts", "internet_id", "created_at"])
    for solution in Solution.objects.filter(pk__gt=solved).order_by("pk"):
        # A link's secret is drawn anew each time; here the same seed tells the same.
        secret = base64.urlsafe_b64encode(rng.randbytes(32)).rstrip(b"=")
        solution.nonce = secret.decode()
        solution.save(update_fields=["nonce"])
