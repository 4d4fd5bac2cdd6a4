"""What the connections keep of a person: events sent elsewhere, signatures of mail, alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.core.personal import Basis, Holding, Subject, mask_of, register
from compagnon.desk.models import Alert, AlertReport, MailProtection, WebhookDelivery
from compagnon.desk.personal import received


def _told(subject: Subject) -> QuerySet[WebhookDelivery]:
    """Messages about their requests, and no other's: a name is somebody else's too."""
    mine = Q(ticket__requester_id=subject.person_id) | Q(ticket__beneficiary_id=subject.person_id)
    return WebhookDelivery.objects.filter(mine)


def _tell_told(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for row in _told(subject).order_by("pk").iterator(chunk_size=500):
        yield {"event": row.event, "request": row.ticket_id, "happened": row.occurred_at}


def _forget_told(subject: Subject) -> int:
    return _told(subject).delete()[0]


def _old_told(before: datetime, most: int) -> int:
    rows = WebhookDelivery.objects.filter(created_at__lt=before).exclude(state="waiting")
    keys = list(rows.order_by("created_at", "pk").values_list("pk", flat=True)[:most])
    return WebhookDelivery.objects.filter(pk__in=keys).delete()[0]


def _signed(subject: Subject) -> QuerySet[MailProtection]:
    """What protected the mail that they wrote."""
    return MailProtection.objects.filter(inbound__in=received(subject).order_by().values("pk"))


def _tell_signed(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for row in _signed(subject).order_by("pk"):
        yield {"signed_by": row.signer, "issued_by": row.issuer, "found": row.signature}


def _forget_signed(subject: Subject) -> int:
    return _signed(subject).update(signer="", issuer="", serial="", detail="")


def _nothing_told(_subject: Subject) -> Iterable[Mapping[str, Any]]:
    # What machines posted is of their organisation: nobody learns from it who else is named there.
    return ()


def _mask_alerts(subject: Subject) -> int:
    """Take full names and addresses out of what machines posted, and leave the alerts."""
    full = replace(subject, names=[name for name in subject.names if " " in name.strip()])
    mask, gone = mask_of(full), 0
    for model, fields in ((AlertReport, ("body",)), (Alert, ("name", "host"))):
        wanted = Q(pk__in=[])
        for word in full.words:
            for field in fields:
                wanted |= Q(**{f"{field}__icontains": word})
        for row in model.objects.filter(wanted).iterator(chunk_size=200):
            told = {field: mask(getattr(row, field)) for field in fields}
            if any(told[field] != getattr(row, field) for field in fields):
                gone += model.objects.filter(pk=row.pk).update(**told)
    return gone


register(
    Holding(
        key="desk.told_elsewhere",
        order=2,
        title=_("Events sent to other programs (webhooks)"),
        concerned=_("Those who ask, those who work on requests"),
        content=_("The request’s title and fields, who did what"),
        purpose=_("To send again what was not received, to show what was sent"),
        basis=Basis.INTEREST,
        recipients=_("Who keeps webhooks; the receivers that they chose"),
        since=_("the event"),
        days=30,
        count=lambda subject: _told(subject).count(),
        export=_tell_told,
        erase=_forget_told,
        expire=_old_told,
        models=("desk.webhookdelivery", "desk.webhook"),
    ),
    Holding(
        key="desk.mail_signatures",
        order=3,
        title=_("Signatures of mail"),
        concerned=_("Those who sign their mail"),
        content=_("Name and address in the certificate, its issuer and number"),
        purpose=_("To tell who signed a message"),
        basis=Basis.INTEREST,
        recipients=_("Technicians who work on the request"),
        since=_("as the message"),
        count=lambda subject: _signed(subject).count(),
        export=_tell_signed,
        erase=_forget_signed,
        models=("desk.mailprotection",),
        stays=_("That the message was signed or encrypted, without a name."),
    ),
    Holding(
        key="desk.alerts",
        order=4,
        title=_("Alerts of supervisions"),
        concerned=_("Those whom a machine or an alert names"),
        content=_("Names of machines and alerts, what was posted"),
        purpose=_("To open incidents, to see what was not understood"),
        basis=Basis.INTEREST,
        recipients=_("Technicians of the organisation"),
        since=_("their arrival, for what was posted"),
        count=lambda _subject: 0,
        export=_nothing_told,
        erase=_mask_alerts,
        models=("desk.alertreport", "desk.alert", "desk.alertsource"),
    ),
)
