"""How the journal tells what happens to what ties the desk to other programs."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Subject
from compagnon.core.visibility import visible
from compagnon.desk.models import Webhook

journal_words.parts({"webhooks": _("Webhooks")})
journal_words.words(
    {
        "webhook.create": (_("added a webhook"), "send"),
        "webhook.change": (_("changed a webhook"), "pencil"),
        "webhook.rotate": (_("gave a webhook a new secret"), "key"),
        "webhook.pause": (_("paused a webhook"), "player-pause"),
        "webhook.resume": (_("resumed a webhook"), "player-play"),
        "webhook.remove": (_("took a webhook away"), "trash"),
        "webhook.test": (_("had a webhook tested"), "send"),
        "webhook.replay": (_("had a webhook message sent again"), "refresh"),
        "webhook.skip": (_("gave up a webhook message"), "x"),
        "webhook.stop": (_("stopped a webhook whose receiver fails"), "alert-triangle"),
    }
)


@journal_words.subjects(Webhook)
def webhooks(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name webhooks."""
    rows = visible(Webhook, actor).filter(pk__in=keys)
    return {row.pk: Subject(row.name, reverse("desk:webhook", args=[row.pk])) for row in rows}
