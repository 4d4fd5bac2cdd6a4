"""Who sees what ties the desk to other programs: settings with secrets, and what came through."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from compagnon.core import visibility
from compagnon.core.actor import Scope
from compagnon.desk.models import (
    Alert,
    AlertReport,
    AlertSilence,
    AlertSource,
    FailedFetch,
    MailboxCertificate,
    MailFetch,
    MailProtection,
    TrustedAuthority,
    Webhook,
    WebhookDelivery,
)
from compagnon.desk.policies_connections import ALERT_SOURCE, CONFIGURE, SILENCE, WEBHOOK
from compagnon.desk.visibility import support_filter


@visibility.rule(Webhook)
def webhooks(scope: Scope, rows: QuerySet[Webhook]) -> QuerySet[Webhook]:
    """Subscriptions: those who manage them on that organisation."""
    organisations = scope.organisations(WEBHOOK)
    return rows if organisations is None else rows.filter(organisation_id__in=sorted(organisations))


@visibility.rule(WebhookDelivery)
def deliveries(scope: Scope, rows: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
    """What was sent holds tickets: the managers of the subscription who see the ticket too."""
    organisations = scope.organisations(WEBHOOK)
    if organisations is not None:
        rows = rows.filter(webhook__organisation_id__in=sorted(organisations))
    support = support_filter(scope, prefix="ticket__")
    return rows if support is None else rows.filter(support | Q(ticket=None))


@visibility.rule(AlertSource, AlertSilence)
def sources(scope: Scope, rows: QuerySet[AlertSource]) -> QuerySet[AlertSource]:
    """Supervisions and silences: who works on the organisation's tickets, or keeps those."""
    found: frozenset[int] = frozenset()
    for verb in ("ticket.view", ALERT_SOURCE, SILENCE):
        organisations = scope.organisations(verb)
        if organisations is None:
            return rows
        found |= organisations
    return rows.filter(organisation_id__in=sorted(found))


@visibility.rule(Alert)
def alerts(scope: Scope, rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """Alerts: who works on tickets of the source's organisation."""
    organisations = scope.organisations("ticket.view")
    if organisations is None:
        return rows
    return rows.filter(source__organisation_id__in=sorted(organisations))


@visibility.rule(AlertReport)
def reports(scope: Scope, rows: QuerySet[AlertReport]) -> QuerySet[AlertReport]:
    """What was posted, as it was: who keeps the source."""
    organisations = scope.organisations(ALERT_SOURCE)
    if organisations is None:
        return rows
    return rows.filter(source__organisation_id__in=sorted(organisations))


@visibility.rule(MailFetch, MailboxCertificate)
def connections(scope: Scope, rows: QuerySet[MailFetch]) -> QuerySet[MailFetch]:
    """How a mailbox is read, and its keys: who configures the desk there."""
    organisations = scope.organisations(CONFIGURE)
    if organisations is None:
        return rows
    return rows.filter(mailbox__organisation_id__in=sorted(organisations))


@visibility.rule(FailedFetch)
def failed(scope: Scope, rows: QuerySet[FailedFetch]) -> QuerySet[FailedFetch]:
    """Messages that could not be taken: who configures the desk there."""
    organisations = scope.organisations(CONFIGURE)
    if organisations is None:
        return rows
    return rows.filter(fetch__mailbox__organisation_id__in=sorted(organisations))


@visibility.rule(TrustedAuthority)
def authorities(scope: Scope, rows: QuerySet[TrustedAuthority]) -> QuerySet[TrustedAuthority]:
    """Whom we trust holds for every mailbox: who configures the desk everywhere."""
    return rows if scope.allows(CONFIGURE, None) else rows.none()


@visibility.rule(MailProtection)
def protections(scope: Scope, rows: QuerySet[MailProtection]) -> QuerySet[MailProtection]:
    """What was found on a message: who sees the raw mail, or works on its ticket."""
    support = support_filter(scope, prefix="inbound__ticket__")
    intake = scope.organisations("intake.view")
    if support is None or intake is None:
        return rows
    return rows.filter(support | Q(inbound__mailbox__organisation_id__in=sorted(intake)))
