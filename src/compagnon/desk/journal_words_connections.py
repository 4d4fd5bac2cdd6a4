"""How the journal tells what happens to what ties the desk to other programs."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Subject
from compagnon.core.visibility import visible
from compagnon.desk.models import Alert, AlertSource, MailFetch, Webhook

journal_words.parts({"webhooks": _("Webhooks"), "supervision": _("Supervision"), "imap": _("IMAP")})
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
        "authority.trust": (_("trusted an authority"), "certificate"),
        "authority.distrust": (_("trusted an authority no more"), "trash"),
        "mailbox.add_key": (_("gave a mailbox a key"), "key"),
        "mailbox.remove_key": (_("took a key away from a mailbox"), "key"),
        "imap.set": (_("said how a mailbox is read"), "download"),
        "imap.remove": (_("has a mailbox read no more"), "trash"),
        "imap.read": (_("had a mailbox read at once"), "refresh"),
        "alert_source.create": (_("connected a supervision"), "plug-connected"),
        "alert_source.change": (_("changed a supervision"), "pencil"),
        "alert_source.rotate": (_("gave a supervision a new token"), "key"),
        "alert_source.remove": (_("took a supervision away"), "trash"),
        "supervision.open": (_("opened an incident from an alert"), "urgent"),
        "supervision.repeat": (_("heard an alert again"), "urgent"),
        "supervision.reopen": (_("reopened an incident: its alert came back"), "refresh"),
        "supervision.hush": (_("heard an alert that a maintenance hushes"), "bell"),
        "supervision.end": (_("heard the end of an alert"), "check"),
        "supervision.repeat_end": (_("heard the end of an alert again"), "check"),
    }
)


@journal_words.subjects(Webhook)
def webhooks(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name webhooks."""
    rows = visible(Webhook, actor).filter(pk__in=keys)
    return {row.pk: Subject(row.name, reverse("desk:webhook", args=[row.pk])) for row in rows}


@journal_words.subjects(AlertSource)
def sources(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name supervisions."""
    rows = visible(AlertSource, actor).filter(pk__in=keys)
    return {row.pk: Subject(row.name, reverse("desk:alert_source", args=[row.pk])) for row in rows}


@journal_words.subjects(Alert)
def alerts(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name alerts, and lead to their incidents."""
    rows = visible(Alert, actor).filter(pk__in=keys)
    return {
        row.pk: Subject(
            row.name, reverse("desk:ticket", args=[row.ticket_id]) if row.ticket_id else ""
        )
        for row in rows
    }


@journal_words.subjects(MailFetch)
def fetches(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name mailboxes that are read."""
    rows = visible(MailFetch, actor).filter(pk__in=keys).select_related("mailbox")
    return {
        row.pk: Subject(row.mailbox.address, reverse("desk:mailbox_fetch", args=[row.mailbox_id]))
        for row in rows
    }
