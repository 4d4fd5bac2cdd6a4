"""Telling other programs what happens: keeping subscriptions, and the person's hand on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import guarded_http, journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, Refused, Stale
from compagnon.core.sealing import Unreadable, seal, unseal
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk.models import DeliveryState, Webhook, WebhookDelivery, WebhookState
from compagnon.desk.outbound import signing, telling
from compagnon.desk.policies_connections import WEBHOOK, check
from compagnon.people.models import Organisation

LABEL = b"compagnon.desk webhook secret 1"
OVERLAP = timedelta(hours=24)
NAME_MAX = 80
MOST = 200


class Made(NamedTuple):
    """A subscription, and its secret, which is shown this once."""

    webhook: Webhook
    secret: str


@service("webhook.create")
def create_webhook(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    url: str,
    events: Sequence[str] = (),
) -> Made:
    """Send what happens from now on to an address, read through the actor's own eyes.

    Args:
        events: verbs of the journal on tickets; none: every one.

    Raises:
        Refused: the actor may not send this organisation's events, or does not see its tickets.
        Invalid: no name, an address that may not be called, an unknown event.
    """
    _check(actor, organisation)
    if Webhook.objects.count() >= MOST:
        raise Conflict(_("There are %(most)d webhooks already.") % {"most": MOST})
    values = _checked(name=name, url=url, events=events)
    secret = signing.new_secret()
    now = timezone.now()
    webhook = Webhook.objects.create(
        organisation=organisation,
        owner_id=actor.id or 0,
        secret=seal(secret, label=LABEL),
        since=now,
        created_at=now,
        **values,
    )
    journal.record(
        actor=actor,
        verb="webhook.create",
        subject=webhook,
        after={"url": webhook.url, "events": webhook.events},
    )
    return Made(webhook, secret)


@service("webhook.change")
def change_webhook(
    *,
    actor: Actor,
    webhook: Webhook,
    changes: dict[str, Any],
    expected_version: int | None = None,
) -> Webhook:
    """Change name, address or events. Whoever does so becomes the one whose eyes it reads through.

    Otherwise one could have sent to oneself what another may see. What waits leaves at once for a
    new address, whose failures are counted anew.

    Raises:
        NotFound, Refused, Stale, Invalid: as :func:`create_webhook`.
    """
    row = _locked(actor, webhook.pk)
    _check(actor, row.organisation)
    if expected_version is not None and expected_version != row.version:
        raise Stale
    given = {name: changes.get(name, getattr(row, name)) for name in ("name", "url", "events")}
    values = _checked(**given) | {"owner_id": actor.id or row.owner_id}
    before, after = journal.changes({name: getattr(row, name) for name in values}, values)
    if not after:
        return row
    _write(row, values)
    journal.record(actor=actor, verb="webhook.change", subject=row, before=before, after=after)
    if "url" in after:
        _write(row, {"failures": 0})
        _send_now(row)
    return row


@service("webhook.rotate")
def rotate_webhook(*, actor: Actor, webhook: Webhook) -> Made:
    """Give a new secret; the old one signs beside it for a day, so that no message is refused.

    One that cannot be read any more signs nothing and is forgotten. What waits leaves at once.

    Raises:
        NotFound, Refused: see :func:`create_webhook`.
    """
    row = _locked(actor, webhook.pk)
    _check(actor, row.organisation)
    secret = signing.new_secret()
    is_read = _is_read(row.secret)
    until = timezone.now() + OVERLAP if is_read else None
    _write(
        row,
        {
            "previous_secret": row.secret if is_read else "",
            "previous_until": until,
            "secret": seal(secret, label=LABEL),
        },
    )
    journal.record(actor=actor, verb="webhook.rotate", subject=row, after={"previous_until": until})
    _send_now(row)
    return Made(row, secret)


@service("webhook.pause")
def pause_webhook(*, actor: Actor, webhook: Webhook) -> Webhook:
    """Send no more, and keep nothing of what happens meanwhile.

    Raises:
        NotFound, Refused: see :func:`create_webhook`.
    """
    row = _locked(actor, webhook.pk)
    check(actor, WEBHOOK, row.organisation_id)
    if row.state != WebhookState.PAUSED:
        before = {"state": row.state}
        _write(row, {"state": WebhookState.PAUSED, "next_at": None})
        journal.record(
            actor=actor, verb="webhook.pause", subject=row, before=before, after={"state": "paused"}
        )
    return row


@service("webhook.resume")
def resume_webhook(*, actor: Actor, webhook: Webhook) -> Webhook:
    """Send again: what was kept first, in its order.

    Raises:
        NotFound, Refused: see :func:`create_webhook`.
    """
    row = _locked(actor, webhook.pk)
    _check(actor, row.organisation)
    if row.state != WebhookState.ACTIVE:
        before = {"state": row.state}
        values: dict[str, Any] = {
            "state": WebhookState.ACTIVE, "failures": 0, "next_at": None, "stopped_reason": "",
        }  # fmt: skip
        if row.state == WebhookState.PAUSED:
            values["since"] = timezone.now()
        _write(row, values)
        journal.record(
            actor=actor,
            verb="webhook.resume",
            subject=row,
            before=before,
            after={"state": "active"},
        )
    return row


@service("webhook.remove")
def remove_webhook(*, actor: Actor, webhook: Webhook) -> None:
    """Take a subscription away, with its history.

    Raises:
        NotFound, Refused: see :func:`create_webhook`.
    """
    row = _locked(actor, webhook.pk)
    check(actor, WEBHOOK, row.organisation_id)
    journal.record(
        actor=actor, verb="webhook.remove", subject=row, before={"url": row.url, "name": row.name}
    )
    row.delete()


@service("webhook.test")
def send_test(*, actor: Actor, webhook: Webhook) -> WebhookDelivery:
    """Send a message that tells of nothing, after those that wait; the first is tried at once.

    Raises:
        NotFound, Refused: see :func:`create_webhook`.
        Conflict: the subscription does not send.
    """
    row = _locked(actor, webhook.pk)
    check(actor, WEBHOOK, row.organisation_id)
    _require_active(row)
    now = timezone.now()
    made = WebhookDelivery.objects.create(
        webhook=row,
        message_id=f"msg_test{now:%Y%m%d%H%M%S%f}",
        event=telling.TEST,
        occurred_at=now,
        payload=telling.written(telling.TEST, now, {"webhook_id": row.pk}),
        created_at=now,
    )
    journal.record(actor=actor, verb="webhook.test", subject=row)
    _send_now(row)
    return made


@service("webhook.replay")
def replay_delivery(*, actor: Actor, delivery: WebhookDelivery) -> WebhookDelivery:
    """Send a message again, under the same identifier, after those that wait; tried at once.

    Raises:
        NotFound, Refused: see :func:`create_webhook`; or the actor does not see its ticket.
        Conflict: the subscription does not send.
    """
    found = get_visible(WebhookDelivery, actor, pk=delivery.pk)
    row = _locked(actor, found.webhook_id)
    check(actor, WEBHOOK, row.organisation_id)
    _require_active(row)
    made = WebhookDelivery.objects.create(
        webhook=row,
        entry_id=found.entry_id,
        message_id=found.message_id,
        event=found.event,
        ticket_id=found.ticket_id,
        occurred_at=found.occurred_at,
        payload=found.payload,
        is_replay=True,
        created_at=timezone.now(),
    )
    journal.record(
        actor=actor, verb="webhook.replay", subject=row, after={"message_id": found.message_id}
    )
    _send_now(row)
    return made


@service("webhook.skip")
def skip_delivery(*, actor: Actor, delivery: WebhookDelivery) -> WebhookDelivery:
    """Give up a message that the receiver will never take, so that the next ones leave.

    Raises:
        NotFound, Refused: see :func:`create_webhook`.
        Conflict: it does not wait.
    """
    row = _locked(actor, delivery.webhook_id)
    check(actor, WEBHOOK, row.organisation_id)
    rows = WebhookDelivery.objects.select_for_update(of=("self",))
    found = get_visible(WebhookDelivery, actor, rows, pk=delivery.pk)
    if found.state != DeliveryState.WAITING:
        raise Conflict(_("This message does not wait any more."))
    found.state, found.ended_at = DeliveryState.SKIPPED, timezone.now()
    found.save(update_fields=["state", "ended_at"])
    journal.record(
        actor=actor, verb="webhook.skip", subject=row, after={"message_id": found.message_id}
    )
    _send_now(row)
    return found


@service("webhook.stop")
def stop_webhook(*, actor: Actor, webhook_id: int, reason: str) -> Webhook:
    """Stop a subscription whose receiver fails; its owner is told by mail.

    What happens goes on being kept for a week, and leaves in order once it is resumed.

    Raises:
        Refused: a person tries what only the program does; they pause it.
    """
    if not actor.is_system:
        raise Refused
    row = Webhook.objects.select_for_update().get(pk=webhook_id)
    _write(
        row,
        {
            "state": WebhookState.STOPPED,
            "stopped_reason": reason[:300],
            "next_at": None,
        },
    )
    journal.record(
        actor=actor,
        verb="webhook.stop",
        subject=row,
        after={"state": "stopped", "failures": row.failures},
    )
    from compagnon.desk.tasks_connections import tell_webhook_stopped

    tell_webhook_stopped.enqueue(row.pk)
    return row


def _check(actor: Actor, organisation: Organisation) -> None:
    check(actor, WEBHOOK, organisation.pk)
    # A token that leaves out tickets must not have them sent to itself.
    check(actor, "ticket.view", organisation.pk)
    if actor.id is None:
        raise Refused(_("A webhook reads through the eyes of a person."))


def _locked(actor: Actor, pk: int) -> Webhook:
    rows = Webhook.objects.select_for_update(of=("self",)).select_related("organisation")
    return get_visible(Webhook, actor, rows, pk=pk)


def _write(row: Webhook, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*values, "version"])


def _require_active(row: Webhook) -> None:
    if row.state != WebhookState.ACTIVE:
        raise Conflict(_("This webhook does not send: resume it first."))


def _checked(*, name: str, url: str, events: Sequence[str]) -> dict[str, Any]:
    name = " ".join(str(name).split())[:NAME_MAX]
    if not name:
        raise Invalid(fields={"name": [_("Say what it is used for.")]})
    url = str(url).strip()
    try:
        guarded_http.check(url)
    except guarded_http.NotAllowed as error:
        raise Invalid(fields={"url": [REFUSED[error.reason]()]}) from error
    known = telling.events()
    if unknown := sorted({*map(str, events)} - {*known}):
        raise Invalid(
            fields={"events": [_("There is no event “%(name)s”.") % {"name": unknown[0][:60]}]}
        )
    return {"name": name, "url": url, "events": sorted({*events})}


REFUSED = {
    "form": lambda: _("This is not a web address; it holds neither spaces nor a password."),
    "scheme": lambda: _("The address begins with https://; http:// is for receivers inside only."),
    "internal": lambda: _(
        "This address is inside. The operator allows it by COMPAGNON_OUTGOING_ALLOW."
    ),
}


def _is_read(secret: str) -> bool:
    try:
        unseal(secret, label=LABEL)
    except Unreadable:
        return False
    return True


def _send_now(row: Webhook) -> None:
    """Try what waits without waiting for the next attempt: somebody has just mended something."""
    from compagnon.desk.tasks_connections import send_webhook

    if row.state == WebhookState.ACTIVE:
        _write(row, {"next_at": None})
        send_webhook.enqueue(row.pk)
