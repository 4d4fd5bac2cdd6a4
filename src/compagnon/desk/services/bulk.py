"""One action on many tickets: previewed, begun, carried out ticket by ticket, stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor, Source
from compagnon.core.errors import CompagnonError, Invalid, Refused
from compagnon.core.services import service
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.bulk import ACTS, MOST, prepared
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import (
    BulkItem,
    BulkItemState,
    BulkRun,
    BulkState,
    BulkVerb,
    Ticket,
)
from compagnon.people.models import Person
from compagnon.people.queries import actor_for

BATCH = 500
# How often the background looks whether it was asked to stop, in tickets.
LOOKED = 20
OPEN_RUNS_MAX = 5


@service("ticket.bulk")
def preview_bulk(
    *,
    actor: Actor,
    verb: BulkVerb,
    values: Mapping[str, Any],
    ticket_ids: Iterable[int],
    at: datetime | None = None,
) -> BulkRun:
    """Write down an action on tickets and what would become of each; nothing is done yet.

    What is then begun is what was previewed: these tickets and no others.

    Args:
        values: JSON, by name: keys of rows, texts (``desk.bulk``).

    Raises:
        Refused: the actor is no person, or works on none of these tickets.
        Invalid: no ticket, more than 10,000, or a value that names nothing.
    """
    if actor.id is None:
        raise Refused(_("Only a person acts on many tickets."))
    act = ACTS[BulkVerb(verb)]
    if not actor.scope.allows_somewhere(act.right):
        raise Refused(_("Your role does not allow this action."))
    keys = sorted(set(ticket_ids))
    if not keys:
        raise Invalid(_("Choose tickets first."))
    if len(keys) > MOST:
        raise Invalid(_("At most %(most)d tickets at once: narrow the list.") % {"most": MOST})
    rows = prepared(actor, values)
    at = at or timezone.now()
    run = BulkRun.objects.create(
        person_id=actor.id,
        verb=BulkVerb(verb),
        values=dict(values),
        only=sorted(actor.scope.only) if actor.scope.only is not None else None,
        token_id=actor.token_id,
        source=actor.source,
        correlation_id=actor.correlation_id,
        asked_at=at,
    )
    found = 0
    for start in range(0, len(keys), BATCH):
        part = visible(Ticket, actor).filter(pk__in=keys[start : start + BATCH])
        tickets = part.select_related("organisation").order_by("pk")
        items = [
            BulkItem(
                run=run,
                ticket=ticket,
                reason=(why := act.refuses(actor, ticket, rows))[:300],
                code="foreseen" if why else "",
                state=BulkItemState.REFUSED if why else BulkItemState.TODO,
            )
            for ticket in tickets
        ]
        BulkItem.objects.bulk_create(items)
        found += len(items)
    if not found:
        raise Invalid(_("Choose tickets first."))
    run.total = found
    run.save(update_fields=["total"])
    journal.record(
        actor=actor,
        verb="bulk.preview",
        subject=run,
        after={"action": run.verb, "tickets": found},
        occurred_at=at,
    )
    return run


@service("ticket.bulk")
def start_bulk(*, actor: Actor, run_id: int, at: datetime | None = None) -> BulkRun:
    """Begin an action that was previewed, in the background.

    Raises:
        NotFound: no such action of one's own.
        IllegalMove: it was begun already, nothing of it would change, or five run already.
    """
    run = _own(actor, run_id)
    if run.state != BulkState.PREVIEW:
        raise IllegalMove(_("This action was begun already."))
    if not run.items.filter(state=BulkItemState.TODO).exists():
        raise IllegalMove(_("None of these tickets would change."))
    unended = BulkRun.objects.filter(
        person_id=run.person_id, state__in=[BulkState.WAITING, BulkState.RUNNING]
    )
    if unended.count() >= OPEN_RUNS_MAX:
        raise IllegalMove(_("Five of your actions run already: wait until one has ended."))
    run.state, run.version = BulkState.WAITING, run.version + 1
    run.save(update_fields=["state", "version"])
    journal.record(
        actor=actor,
        verb="bulk.start",
        subject=run,
        after={"action": run.verb, "tickets": run.total},
        occurred_at=at or timezone.now(),
    )
    from compagnon.desk.tasks_daily import carry_out_bulk

    carry_out_bulk.enqueue(run.pk)
    return run


@service("ticket.bulk")
def stop_bulk(*, actor: Actor, run_id: int, at: datetime | None = None) -> BulkRun:
    """Do no more tickets of an action; what was done stays done.

    Raises:
        NotFound: no such action of one's own.
        IllegalMove: it is not running.
    """
    run = _own(actor, run_id)
    if run.state not in {BulkState.WAITING, BulkState.RUNNING}:
        raise IllegalMove(_("This action does not run."))
    run.stop_asked, run.version = True, run.version + 1
    run.save(update_fields=["stop_asked", "version"])
    journal.record(
        actor=actor,
        verb="bulk.stop",
        subject=run,
        after={"action": run.verb},
        occurred_at=at or timezone.now(),
    )
    return run


def _own(actor: Actor, run_id: int) -> BulkRun:
    return get_visible(BulkRun, actor, BulkRun.objects.select_for_update(of=("self",)), pk=run_id)


# -- in the background ----------------------------------------------------------------------------
def carry_out(run_id: int) -> None:
    """Do what is left of an action, each ticket once, whatever happened to who did it before.

    A ticket's item is marked in the transaction of what was done to it: a worker that is killed
    leaves it either done and marked, or neither.
    """
    run = BulkRun.objects.select_related("person").get(pk=run_id)
    if run.state not in {BulkState.WAITING, BulkState.RUNNING}:
        return
    if run.state == BulkState.RUNNING:
        run.resumed += 1
    run.state, run.started_at = BulkState.RUNNING, run.started_at or timezone.now()
    run.save(update_fields=["state", "started_at", "resumed"])
    with translation.override(run.person.language):
        _work(run)


def _work(run: BulkRun) -> None:
    actor = _actor(run)
    act = ACTS[run.verb]
    try:
        values = prepared(actor, run.values)
    except CompagnonError as error:
        # A row that the action names is gone: nothing can be done.
        _refuse_all(run, str(error))
        _end(run, actor)
        return
    done = 0
    while keys := list(
        run.items.filter(state=BulkItemState.TODO).order_by("pk").values_list("pk", flat=True)[:200]
    ):
        for key in keys:
            if done % LOOKED == 0:
                if BulkRun.objects.filter(pk=run.pk, stop_asked=True).exists():
                    _end(run, actor, stopped=True)
                    return
                # Roles taken away meanwhile are taken away here too.
                actor = _actor(run)
            _one(actor, key, lambda who, ticket_id: act.run(who, ticket_id, values))
            done += 1
    _end(run, actor)


def _actor(run: BulkRun) -> Actor:
    """Give the person as they are now, through the door by which they asked."""
    person = Person.objects.get(pk=run.person_id)
    if not person.is_active:
        return Actor.anonymous()
    return actor_for(
        person,
        source=Source(run.source),
        correlation_id=run.correlation_id,
        only=frozenset(run.only) if run.only is not None else None,
        token_id=run.token_id,
    )


def _one(actor: Actor, item_id: int, act: Any) -> None:
    with transaction.atomic():
        item = BulkItem.objects.select_for_update(of=("self",)).get(pk=item_id)
        if item.state != BulkItemState.TODO:
            return
        try:
            act(actor, item.ticket_id)
        except CompagnonError as error:
            item.state, item.code = BulkItemState.REFUSED, error.code[:40]
            item.reason = str(error)[:300]
        else:
            item.state = BulkItemState.DONE
        item.done_at = timezone.now()
        item.save(update_fields=["state", "code", "reason", "done_at"])


def _refuse_all(run: BulkRun, why: str) -> None:
    run.items.filter(state=BulkItemState.TODO).update(
        state=BulkItemState.REFUSED, reason=why[:300], done_at=timezone.now()
    )


@transaction.atomic
def _end(run: BulkRun, actor: Actor, *, stopped: bool = False) -> None:
    locked = BulkRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.state != BulkState.RUNNING:
        return
    locked.state = BulkState.STOPPED if stopped else BulkState.DONE
    locked.ended_at = timezone.now()
    locked.save(update_fields=["state", "ended_at"])
    counted = Counter(run.items.values_list("state", flat=True))
    journal.record(
        actor=Actor.system("bulk") if not actor.is_known else actor,
        verb="bulk.end",
        subject=locked,
        after={
            "action": locked.verb,
            "done": counted[BulkItemState.DONE],
            "refused": counted[BulkItemState.REFUSED],
            "left": counted[BulkItemState.TODO],
            "resumed": locked.resumed,
        },
    )


@service("ticket.bulk")
def read_bulk(*, actor: Actor, run_id: int) -> BulkRun:
    """Note that the person has seen how an action ended: it is announced no more.

    Raises:
        NotFound: no such action of one's own.
    """
    run = _own(actor, run_id)
    if run.ended_at is not None and run.told_at is None:
        run.told_at = timezone.now()
        run.save(update_fields=["told_at"])
        journal.record(actor=actor, verb="bulk.read", subject=run, after={"action": run.verb})
    return run
