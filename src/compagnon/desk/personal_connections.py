"""What the connections keep of a person: events sent elsewhere, signatures of mail, alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.core.personal import Basis, Holding, Subject, register
from compagnon.desk.models import Alert, AlertReport, MailProtection, WebhookDelivery


def _told(subject: Subject) -> QuerySet[WebhookDelivery]:
    """Messages about their requests, and those whose body names them."""
    found = Q(ticket__requester_id=subject.person_id) | Q(ticket__beneficiary_id=subject.person_id)
    for name in subject.words:
        found |= Q(payload__icontains=name)
    return WebhookDelivery.objects.filter(found)


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
    found = Q(inbound__message__author_id=subject.person_id)
    if subject.addresses:
        found |= Q(inbound__sender__in=subject.addresses)
    for address in subject.addresses:
        found |= Q(signer__icontains=address)
    return MailProtection.objects.filter(found)


def _tell_signed(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for row in _signed(subject).order_by("pk"):
        yield {"signed_by": row.signer, "issued_by": row.issuer, "found": row.signature}


def _forget_signed(subject: Subject) -> int:
    return _signed(subject).update(signer="", issuer="", serial="", detail="")


def _reported(subject: Subject) -> QuerySet[AlertReport]:
    found = Q(pk__in=[])
    for name in subject.words:
        found |= Q(body__icontains=name)
    return AlertReport.objects.filter(found)


def _tell_reported(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for row in _reported(subject).order_by("pk").values("pk", "received_at"):
        yield {"report": row["pk"], "received": row["received_at"]}


def _forget_reported(subject: Subject) -> int:
    gone = _reported(subject).delete()[0]
    for name in subject.words:
        gone += Alert.objects.filter(Q(name__icontains=name) | Q(host__icontains=name)).update(
            name="", host=""
        )
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
        count=lambda subject: _reported(subject).count(),
        export=_tell_reported,
        erase=_forget_reported,
        models=("desk.alertreport", "desk.alert", "desk.alertsource"),
    ),
)
