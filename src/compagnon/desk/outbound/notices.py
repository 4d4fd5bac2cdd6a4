"""Mail to those who keep the connections: one of them stopped."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from compagnon.desk.models import Webhook, WebhookState
from compagnon.people.models import ContactKind, ContactPoint


def tell_stopped(pk: int) -> None:
    """Write to the owner of a subscription that stopped, if it still is.

    Raises:
        NotSent: the mail was not taken; the task is tried again.
    """
    webhook = Webhook.objects.filter(pk=pk).select_related("owner").first()
    if webhook is None or webhook.state != WebhookState.STOPPED:
        return
    points = ContactPoint.objects.filter(person=webhook.owner, kind=ContactKind.EMAIL)
    address = points.order_by("-is_primary", "id").values_list("value", flat=True).first()
    if not address or not webhook.owner.is_active:
        return
    link = settings.BASE_URL + reverse("desk:webhook", args=[webhook.pk])
    with translation.override(webhook.owner.language):
        subject = _("The webhook “%(name)s” stopped") % {"name": webhook.name}
        text = _(
            "The receiver of the webhook “%(name)s” failed %(times)d times in a row: %(why)s\n\n"
            "What happens is kept for a week. Once the receiver answers again, resume it: what "
            "was kept leaves in its order.\n\n%(link)s\n"
        ) % {
            "name": webhook.name,
            "times": webhook.failures,
            "why": webhook.stopped_reason,
            "link": link,
        }
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [address], headers=headers).send()
