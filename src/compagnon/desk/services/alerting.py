"""From an alert to its incident: one alert is one incident, its repetition adds to it, its end
says so.

What comes and goes is bounded: within the source's delay an alert that comes back reopens its
incident, so many times a day; past that the incident stays open whatever ends, for a person to
look at. A maintenance silence opens nothing while it lasts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Refused
from compagnon.core.services import service
from compagnon.desk import ties
from compagnon.desk.errors import IllegalMove, TooLate
from compagnon.desk.inbound.alerts import Happening
from compagnon.desk.models import (
    Alert,
    AlertSilence,
    AlertSource,
    AlertState,
    Channel,
    Impact,
    OnEnd,
    Ticket,
    Urgency,
)
from compagnon.desk.services.conversation import add_note
from compagnon.desk.services.lifecycle import reopen
from compagnon.desk.services.opening import open_ticket
from compagnon.desk.services.solutions import accept_solution, propose_solution
from compagnon.park.models import Asset
from compagnon.park.queries import finding

NOTED_EVERY = timedelta(minutes=10)
DAY = timedelta(days=1)
GRAVE = frozenset({"critical", "disaster", "high", "down", "error", "emergency", "page", "fatal"})
LIGHT = frozenset({"info", "information", "informational", "none", "notice", "not classified"})


@service("supervision.take")
def take_happening(
    *, actor: Actor, source: AlertSource, happening: Happening, at: datetime | None = None
) -> Alert | None:
    """Do what an alert asks: open, add to, reopen or end its incident.

    The caller holds the source's lock: two reports of one source are taken one after the other.

    Returns:
        the alert; nothing for the end of one that we never heard of.

    Raises:
        Refused: a person tries what only a supervision does.
    """
    if not actor.is_system:
        raise Refused
    at = at or timezone.now()
    rows = Alert.objects.select_for_update(of=("self",)).select_related("ticket", "asset")
    alert = rows.filter(source=source, fingerprint=happening.fingerprint).first()
    if alert is None and not happening.is_firing:
        return None
    before = alert.state if alert else ""
    if alert is None:
        alert = Alert(source=source, fingerprint=happening.fingerprint, began_at=at, heard_at=at)
    with translation.override(source.requester.language):
        if happening.is_firing:
            verb = _fire(actor, source, alert, happening, at)
        else:
            verb = _end(actor, source, alert, happening, at)
    alert.save()
    journal.record(
        actor=actor,
        verb=f"supervision.{verb}",
        subject=alert,
        organisation_id=source.organisation_id,
        before={"state": before},
        after={"state": alert.state, "ticket_id": alert.ticket_id, "count": alert.count},
    )
    return alert


# --- it fires ------------------------------------------------------------------------------------
def _fire(actor: Actor, source: AlertSource, alert: Alert, said: Happening, at: datetime) -> str:
    # One that began as before its end is no post that came late: Alertmanager ends what Prometheus
    # could not repeat for a while, and tells of it again with the same ``startsAt``.
    came_back = alert.state == AlertState.ENDED
    is_news = alert.said != said.said
    if came_back or not alert.pk:
        alert.count, alert.began_at = 0, min(said.began_at or at, at)
    alert.name, alert.severity, alert.host = said.name, said.severity, said.host
    alert.state, alert.heard_at, alert.said = AlertState.FIRING, at, said.said
    alert.count += 1
    ended_at, alert.ended_at = alert.ended_at, None
    alert.silence = silence_of(source, said, at)
    ticket = _ticket_of(alert)
    if ticket is not None and ticket.is_open:
        _repeat(actor, alert, ticket, said, at, is_news=is_news or came_back)
        return "repeat"
    if alert.silence is not None:
        return "hush"
    if ticket is not None and _may_reopen(source, alert, ended_at if came_back else None, at):
        try:
            reopen(actor=actor, ticket_id=ticket.pk, reason=_again(alert, said), at=at)
        except (TooLate, IllegalMove):
            pass
        else:
            _count_reopening(source, alert, at)
            alert.noted_at = at
            return "reopen"
    alert.ticket = _open(actor, source, alert, said, at, former=ticket)
    alert.noted_at = at
    return "open"


def _ticket_of(alert: Alert) -> Ticket | None:
    """Give the incident where the work on the alert goes on, were it merged into another."""
    if alert.ticket_id is None:
        return None
    key = ties.survivor_key(alert.ticket_id)
    return Ticket.objects.filter(pk=key).first()


def _repeat(
    actor: Actor, alert: Alert, ticket: Ticket, said: Happening, at: datetime, *, is_news: bool
) -> None:
    """Add to the incident: a note when something is new, else at most one every ten minutes."""
    told_lately = alert.noted_at is not None and at - alert.noted_at < NOTED_EVERY
    # The first repetition is always told, the following ones are counted.
    if told_lately and not is_news and alert.count != 2:
        return
    text = _("The alert fires again (heard %(times)d times).") % {"times": alert.count}
    if is_news:
        text += "\n\n" + told(said)
    add_note(actor=actor, ticket_id=ticket.pk, text=text, at=at)
    alert.noted_at = at


def _may_reopen(source: AlertSource, alert: Alert, ended_at: datetime | None, at: datetime) -> bool:
    """Tell whether its former incident is opened again: it never ended, or ended just now."""
    if ended_at is None:
        return True
    return at - ended_at <= timedelta(minutes=source.reopen_minutes)


def _count_reopening(source: AlertSource, alert: Alert, at: datetime) -> None:
    if alert.window_at is None or at - alert.window_at > DAY:
        alert.window_at, alert.reopenings, alert.is_flapping = at, 0, False
    alert.reopenings += 1
    alert.is_flapping = alert.reopenings >= max(1, source.reopen_limit)


def _again(alert: Alert, said: Happening) -> str:
    return _("The alert fires again.") + "\n\n" + told(said)


def _open(
    actor: Actor,
    source: AlertSource,
    alert: Alert,
    said: Happening,
    at: datetime,
    *,
    former: Ticket | None,
) -> Ticket:
    asset = _asset_of(source, said)
    alert.asset = asset
    text = told(said)
    if former is not None:
        text += "\n\n" + _("It was here before: %(reference)s.") % {"reference": former.reference}
    impact, urgency = graveness(said.severity)
    return open_ticket(
        actor=actor,
        requester=source.requester,
        title=said.name if said.host in said.name else f"{said.name} ({said.host})",
        text=text,
        channel=Channel.ALERT,
        service=source.service,
        category=source.category,
        impact=impact,
        urgency=urgency,
        affected_item=said.host,
        asset=asset,
        team=source.team,
        occurred_at=at,
        acknowledge=False,
    )


def _asset_of(source: AlertSource, said: Happening) -> Asset | None:
    """Give the asset that the alert names, of the organisation that its incidents are opened for.

    Where the requester is below the source's organisation, only theirs: the ticket is theirs too.
    """
    if not said.host and not said.address:
        return None
    path = source.requester.organisation.path
    return finding.named(path, name=said.host, address=said.address)


def told(said: Happening) -> str:
    """Write what an alert says, for a person."""
    lines = [said.name]
    for label, value in (
        (_("Machine"), " ".join(dict.fromkeys(filter(None, (said.host, said.address))))),
        (_("Severity"), said.severity),
        (_("Since"), said.began_at.isoformat(" ", "minutes") if said.began_at else ""),
        (_("See"), said.url),
    ):
        if value:
            lines.append(f"{label}: {value}")
    return "\n".join([*lines, "", said.text]).strip()


def graveness(severity: str) -> tuple[Impact, Urgency]:
    """Give impact and urgency for a supervision's own word."""
    word = severity.lower()
    if word in GRAVE:
        return Impact.MEDIUM, Urgency.HIGH
    return (Impact.LOW, Urgency.LOW) if word in LIGHT else (Impact.LOW, Urgency.MEDIUM)


# --- it ends -------------------------------------------------------------------------------------
def _end(actor: Actor, source: AlertSource, alert: Alert, said: Happening, at: datetime) -> str:
    already = alert.state == AlertState.ENDED
    alert.state, alert.heard_at, alert.silence = AlertState.ENDED, at, None
    if already:
        return "repeat_end"
    alert.ended_at = at
    ticket = _ticket_of(alert)
    if ticket is None or not ticket.is_open:
        return "end"
    text = _("The alert ended. It was heard %(times)d times.") % {"times": alert.count}
    if said.text and said.said != alert.said:
        text += "\n\n" + said.text
    merged = ticket.pk != alert.ticket_id
    if source.on_end == OnEnd.NOTE or merged or alert.is_flapping:
        if alert.is_flapping:
            text += "\n\n" + _(
                "It comes and goes (%(times)d times in a day): the incident stays open, for "
                "somebody to look at."
            ) % {"times": alert.reopenings}
        add_note(actor=actor, ticket_id=ticket.pk, text=text, at=at)
        return "end"
    propose_solution(actor=actor, ticket_id=ticket.pk, text=text, at=at)
    if source.on_end == OnEnd.CLOSE:
        accept_solution(actor=actor, ticket_id=ticket.pk, at=at)
    return "end"


# --- maintenance ---------------------------------------------------------------------------------
def silence_of(source: AlertSource, said: Happening, at: datetime) -> AlertSilence | None:
    """Give the maintenance in force that hushes an alert, if one does."""
    above = [int(key) for key in source.organisation.path.strip("/").split("/") if key]
    rows = AlertSilence.objects.filter(organisation_id__in=above, starts_at__lte=at, ends_at__gt=at)
    for one in rows.order_by("id")[:1000]:
        if one.source_id not in {None, source.pk}:
            continue
        hosts = {said.host.lower(), said.address.lower()} - {""}
        if one.host and not any(fnmatchcase(host, one.host.lower()) for host in hosts):
            continue
        if one.alert_name and not fnmatchcase(said.name.lower(), one.alert_name.lower()):
            continue
        return one
    return None
