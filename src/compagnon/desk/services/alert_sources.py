"""Supervisions that send alerts: keeping them, and taking what they post."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.contracts.models import Service
from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, Refused, Stale, TooMany
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk.inbound import alerts as adapters
from compagnon.desk.inbound.alerts.mapped import PARTS, PATH_CHARS, REQUIRED
from compagnon.desk.models import (
    AlertReport,
    AlertSource,
    Category,
    OnEnd,
    ReportState,
)
from compagnon.desk.policies_connections import ALERT_SOURCE, check
from compagnon.people.models import Organisation, Person, Team

PREFIX = "alr_"
OVERLAP = timedelta(hours=24)
AGAIN = timedelta(seconds=30)
MOST_WAITING = 500
MOST_COMPARED = 20
FIELDS = (
    "name", "requester", "team", "category", "service", "on_end", "reopen_minutes",
    "reopen_limit", "mapping", "is_active",
)  # fmt: skip


class Made(NamedTuple):
    """A source, and its token, which is shown this once."""

    source: AlertSource
    token: str


def digest_of(token: str) -> str:
    """Give what is kept of a token. It is long and random: no slow hash is needed."""
    return hashlib.sha256(token.strip().encode("utf-8", "replace")).hexdigest()


@service("alert_source.create")
def create_source(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    adapter: str,
    requester: Person,
    team: Team | None = None,
    category: Category | None = None,
    service: Service | None = None,
    on_end: str = OnEnd.SOLVE,
    reopen_minutes: int = 120,
    reopen_limit: int = 3,
    mapping: dict[str, str] | None = None,
) -> Made:
    """Take alerts of a supervision; its token is in the answer and nowhere else.

    Args:
        requester: in whose name incidents are opened; of the organisation or one below it.
        on_end: what the end of an alert does to its incident.
        reopen_minutes: an alert that comes back within reopens its incident.
        reopen_limit: how often in a day; past it the incident stays open whatever ends.

    Raises:
        Refused: the actor may not connect supervisions there.
        Invalid: a value that does not fit.
    """
    check(actor, ALERT_SOURCE, organisation.pk)
    source = AlertSource(
        organisation=organisation,
        adapter=adapter,
        created_at=timezone.now(),
    )
    values = {
        "name": name, "requester": requester, "team": team, "category": category,
        "service": service, "on_end": on_end, "reopen_minutes": reopen_minutes,
        "reopen_limit": reopen_limit, "mapping": mapping or {},
    }  # fmt: skip
    _assign(source, values)
    token = _new_token(source)
    source.save(force_insert=True)
    journal.record(
        actor=actor,
        verb="alert_source.create",
        subject=source,
        after={"adapter": adapter, "prefix": source.prefix},
    )
    return Made(source, token)


@service("alert_source.change")
def change_source(
    *,
    actor: Actor,
    source: AlertSource,
    changes: dict[str, Any],
    expected_version: int | None = None,
) -> AlertSource:
    """Change how a supervision's alerts are taken; what came before stays as it is.

    Raises:
        NotFound, Refused, Stale, Invalid: as :func:`create_source`.
    """
    row = _locked(actor, source.pk)
    if expected_version is not None and expected_version != row.version:
        raise Stale
    before = {name: _plain(getattr(row, name)) for name in FIELDS}
    _assign(row, {name: value for name, value in changes.items() if name in FIELDS})
    after = {name: _plain(getattr(row, name)) for name in FIELDS}
    old, new = journal.changes(before, after)
    if not new:
        return row
    row.version += 1
    row.save()
    journal.record(actor=actor, verb="alert_source.change", subject=row, before=old, after=new)
    return row


@service("alert_source.rotate")
def rotate_source(*, actor: Actor, source: AlertSource) -> Made:
    """Give a new token; the former one is taken for a day more.

    Raises:
        NotFound, Refused: as :func:`create_source`.
    """
    row = _locked(actor, source.pk)
    row.previous_digest, row.previous_until = row.digest, timezone.now() + OVERLAP
    token = _new_token(row)
    row.version += 1
    row.save()
    journal.record(
        actor=actor, verb="alert_source.rotate", subject=row, after={"prefix": row.prefix}
    )
    return Made(row, token)


@service("alert_source.remove")
def remove_source(*, actor: Actor, source: AlertSource) -> None:
    """Take a supervision away; its incidents stay.

    Raises:
        NotFound, Refused: as :func:`create_source`.
    """
    row = _locked(actor, source.pk)
    journal.record(
        actor=actor,
        verb="alert_source.remove",
        subject=row,
        before={"name": row.name, "adapter": row.adapter},
    )
    row.delete()


def source_of(token: str) -> AlertSource | None:
    """Give the source in use that has that token."""
    if not token.startswith(PREFIX) or len(token) > 100:
        return None
    digest = digest_of(token)
    rows = AlertSource.objects.filter(is_active=True, organisation__is_active=True)
    found = rows.filter(digest=digest).first()
    if found is None:
        later = rows.filter(previous_digest=digest, previous_until__gt=timezone.now())
        found = later.first()
    return found


@service("alert_source.hear")
def hear(*, actor: Actor, source: AlertSource, raw: bytes, peer: str = "") -> AlertReport:
    """Keep what a supervision posted, and enqueue it; the same within half a minute counts once.

    Unless something else was heard of its alerts in between: what fires, ends and fires again with
    the same words, fires.

    Raises:
        Refused: a person tries the supervision's door.
        Invalid: it is not what the source's adapter reads; kept, with the reason.
        TooMany: five hundred reports wait already: it is to be sent again.
    """
    if not actor.is_system:
        raise Refused
    now, digest = timezone.now(), hashlib.sha256(raw).hexdigest()
    again = _same_report(source, raw, digest, now - AGAIN)
    if again is not None:
        AlertReport.objects.filter(pk=again.pk).update(duplicates=F("duplicates") + 1)
        return again
    waiting = AlertReport.objects.filter(source=source, state=ReportState.WAITING)
    if waiting.values("pk")[: MOST_WAITING + 1].count() > MOST_WAITING:
        raise TooMany(_("Too many reports wait already: send it again later."), retry_after=60)
    report = AlertReport(
        source=source,
        digest=digest,
        body=raw.decode("utf-8", "replace").replace("\x00", ""),
        peer=peer[:64],
        received_at=now,
    )
    values: dict[str, Any] = {"heard_at": now, "error": ""}
    try:
        # What is read here is what is kept: a worker reads it again.
        report.body = adapters.text_of(raw).replace("\x00", "")
        adapters.read(source.adapter, report.body, source.mapping)
    except adapters.NotUnderstood as error:
        report.state, report.error, report.processed_at = ReportState.REFUSED, str(error)[:300], now
        values["error"] = report.error
    report.save(force_insert=True)
    AlertSource.objects.filter(pk=source.pk).update(**values)
    if report.state == ReportState.WAITING:
        from compagnon.desk.tasks_connections import take_alerts

        take_alerts.enqueue(source.pk)
    return report


def _same_report(
    source: AlertSource, raw: bytes, digest: str, since: datetime
) -> AlertReport | None:
    """Give the report that said the same since then, if it is the last that told of its alerts."""
    recent = AlertReport.objects.filter(source=source, received_at__gt=since)
    recent = recent.exclude(state=ReportState.REFUSED).order_by("-id")
    again = recent.filter(digest=digest).first()
    if again is None:
        return None
    later = list(recent.filter(pk__gt=again.pk).values_list("body", flat=True)[: MOST_COMPARED + 1])
    # One repetition more does no harm; a fault that is not heard does.
    if len(later) > MOST_COMPARED:
        return None
    try:
        told = {one.fingerprint for one in adapters.read(source.adapter, raw, source.mapping)}
        since_told = {
            one.fingerprint
            for body in later
            for one in adapters.read(source.adapter, body, source.mapping)
        }
    except adapters.NotUnderstood:  # the mapping was changed in between
        return None
    return again if told.isdisjoint(since_told) else None


def _locked(actor: Actor, pk: int) -> AlertSource:
    rows = AlertSource.objects.select_for_update(of=("self",)).select_related("organisation")
    row = get_visible(AlertSource, actor, rows, pk=pk)
    check(actor, ALERT_SOURCE, row.organisation_id)
    return row


def _new_token(source: AlertSource) -> str:
    token = PREFIX + secrets.token_urlsafe(27)
    source.prefix, source.digest = token[:10], digest_of(token)
    return token


def _plain(value: Any) -> Any:
    return getattr(value, "pk", value)


def _assign(source: AlertSource, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(source, name, value)
    source.name = " ".join(str(source.name).split())[:80]
    faults: dict[str, list[Any]] = {}
    if not source.name:
        faults["name"] = [_("Say which supervision it is.")]
    known = adapters.adapters().get(source.adapter)
    if known is None:
        faults["adapter"] = [_("There is no such kind of supervision.")]
    elif known.is_mapped:
        _check_mapping(source, faults)
    else:
        source.mapping = {}
    requester = source.requester
    if not requester.is_active:
        faults["requester"] = [_("This person is not active.")]
    elif not requester.organisation.path.startswith(source.organisation.path):
        faults["requester"] = [_("This person belongs to another organisation.")]
    if source.on_end not in OnEnd.values:
        faults["on_end"] = [_("There is no such choice.")]
    if not 0 <= source.reopen_minutes <= 30 * 24 * 60:
        faults["reopen_minutes"] = [_("Thirty days at most.")]
    if not 0 <= source.reopen_limit <= 100:
        faults["reopen_limit"] = [_("A hundred at most.")]
    if faults:
        raise Invalid(fields=faults)


def _check_mapping(source: AlertSource, faults: dict[str, list[Any]]) -> None:
    given = source.mapping if isinstance(source.mapping, dict) else {}
    mapping = {str(name): str(value).strip() for name, value in given.items() if value}
    if unknown := sorted({*mapping} - {*PARTS}):
        faults["mapping"] = [_("There is no part “%(name)s”.") % {"name": unknown[0][:60]}]
    elif missing := [name for name in REQUIRED if not mapping.get(name)]:
        faults["mapping"] = [_("Say where “%(name)s” is.") % {"name": missing[0]}]
    elif any(len(value) > PATH_CHARS for value in mapping.values()):
        faults["mapping"] = [_("A path has 200 signs at most.")]
    source.mapping = mapping
