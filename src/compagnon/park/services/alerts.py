"""What must be seen to in time: raised once, ended when it is true no more, told once to each."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict
from compagnon.core.services import service
from compagnon.core.visibility import visible
from compagnon.park.models import (
    Alert,
    AlertKind,
    AlertLetter,
    AlertTold,
    Licence,
    SupplierContract,
)
from compagnon.park.policies import LICENCES, MANAGE, STOCK, SUPPLIERS, check
from compagnon.park.queries import alerts as queries
from compagnon.park.queries import licences as ending

VERB_OF: Mapping[str, str] = {
    AlertKind.STOCK: STOCK,
    AlertKind.LICENCE: LICENCES,
    AlertKind.NOTICE: SUPPLIERS,
    AlertKind.CONTRACT: SUPPLIERS,
    AlertKind.WARRANTY: MANAGE,
}
"""What who sees to it must hold on the organisation."""
WORDS: Mapping[str, str] = {
    AlertKind.STOCK: "consumable.low",
    AlertKind.LICENCE: "licence.expiring",
    AlertKind.NOTICE: "supplier.notice",
    AlertKind.CONTRACT: "supplier.ending",
    AlertKind.WARRANTY: "asset.warranty_ending",
}
MOST_RECIPIENTS = 50
"""Told of one alert by mail; a rule that names a team makes them fewer."""
MOST_AT_ONCE = 2_000
FRESH = timedelta(days=7)
"""What nobody could be told of in this time is on the page alone."""
Due = tuple[AlertKind, Any, date | None, dict[str, Any]]


@service("alert.raise")
def raise_due(*, actor: Actor, on: date | None = None) -> int:
    """Raise what comes near or runs low, end what is true no more; gives how many were raised.

    Each is raised once for its subject and day, whatever the number of runs.
    """
    day = on or timezone.localdate()
    _end_untrue(timezone.now())
    rules = queries.Rules()
    known = set(
        Alert.objects.filter(day__gte=day).values_list("kind", "subject_id", "day")
    )  # fmt: skip
    return sum(
        _raise(actor, kind, row, when, said)
        for kind, row, when, said in _due(rules, day)
        if rules.lets(row.organisation.path, kind) and (kind.value, row.pk, when) not in known
    )


def _due(rules: queries.Rules, day: date) -> Iterable[Due]:
    for one in ending.deadlines(None, on=day):
        yield AlertKind(one.kind), one.row, one.day, {"day": one.day, "days_left": one.days_left}
    for asset, left in queries.ending_warranties(rules, day):
        said = {"day": asset.warranty_ends_on, "days_left": left}
        yield AlertKind.WARRANTY, asset, asset.warranty_ends_on, said
    for row in queries.newly_low():
        yield AlertKind.STOCK, row, None, {"quantity": row.quantity, "minimum": row.minimum}


def _raise(actor: Actor, kind: AlertKind, row: Any, day: date | None, said: dict[str, Any]) -> int:
    unended = {} if day is not None else {"ended_at": None}
    _row, made = Alert.objects.get_or_create(
        kind=kind,
        subject_id=row.pk,
        day=day,
        **unended,
        defaults={"organisation_id": row.organisation_id, "raised_at": timezone.now()},
    )
    if made:
        if isinstance(row, Licence | SupplierContract):
            type(row)._default_manager.filter(pk=row.pk).update(alerted_for=day)
        journal.record(actor=actor, verb=WORDS[kind], subject=row, after=said)
    return int(made)


def _end_untrue(now: datetime) -> None:
    """End the alerts whose subject changed: another day, a filled stock, a retired machine."""
    waiting = list(Alert.objects.filter(ended_at__isnull=True))
    rows = queries.subjects_of(waiting)
    over = [
        one.pk
        for one in waiting
        if (row := rows.get((one.kind, one.subject_id))) is None or not queries.is_true(one, row)
    ]
    for at in range(0, len(over), 500):
        Alert.objects.filter(pk__in=over[at : at + 500]).update(ended_at=now)


@service("alert.end")
def end(*, actor: Actor, alert_ids: Sequence[int]) -> int:
    """Say that alerts were seen to: they leave the page, and are not raised again for that day.

    A stock that is still low is raised again, once it was filled.

    Raises:
        Refused: the actor may not see to one of them.
        Conflict: all of them ended already, or are not visible.
    """
    rows = visible(Alert, actor, Alert.objects.select_for_update(of=("self",)))
    found = list(rows.filter(pk__in=list(alert_ids)[:MOST_AT_ONCE], ended_at__isnull=True))
    if not found:
        raise Conflict(_("This was seen to already."))
    for one in found:
        check(actor, VERB_OF[one.kind], one.organisation_id)
    now = timezone.now()
    for one in found:
        one.ended_at, one.ended_by_id = now, actor.id
        journal.record(
            actor=actor,
            verb="alert.end",
            subject=one,
            after={"kind": one.kind, "subject_id": one.subject_id, "day": one.day},
        )
    Alert.objects.bulk_update(found, ["ended_at", "ended_by"], batch_size=200)
    return len(found)


@service("alert.tell")
def tell(*, actor: Actor) -> list[AlertLetter]:
    """Write to each person one mail of what they were not told of yet, and enqueue its sending.

    Who: the team that the organisation's rule names, as far as its members may see the park there;
    else those whose roles let them see to it.
    """
    from compagnon.park.tasks import send_alerts

    now = timezone.now()
    waiting = (
        Alert.objects.filter(ended_at__isnull=True, told__isnull=True, raised_at__gt=now - FRESH)
        .select_related("organisation")
        .order_by("pk")[:MOST_AT_ONCE]
    )
    told: dict[int, list[Alert]] = defaultdict(list)
    for one, persons in queries.recipients(list(waiting), VERB_OF):
        for person in persons[:MOST_RECIPIENTS]:
            told[person].append(one)
    letters = [_letter(person, alerts, now) for person, alerts in sorted(told.items())]
    for letter in letters:
        send_alerts.enqueue(letter.pk)
        after = {"person_id": letter.person_id, "alerts": len(told[letter.person_id])}
        journal.record(actor=actor, verb="alert.tell", subject=letter, after=after)
    return letters


def _letter(person_id: int, alerts: list[Alert], now: datetime) -> AlertLetter:
    letter = AlertLetter.objects.create(
        person_id=person_id,
        internet_id=f"park-alerts.{uuid.uuid4().hex}@{settings.MAIL_DOMAIN}",
        written_at=now,
    )
    AlertTold.objects.bulk_create(
        AlertTold(alert=one, person_id=person_id, letter=letter) for one in alerts
    )
    return letter
