"""Taking a baseline of machines, and accepting what drifted from it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible, visible
from compagnon.park.models import Asset, Baseline, BaselineMachine
from compagnon.park.policies import RELATIONS, check
from compagnon.park.queries import baselines
from compagnon.people.models import Organisation

MOST = 500
"""Machines that one baseline holds."""


@service("baseline.take")
def take(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    asset_ids: Iterable[int],
    note: str = "",
) -> Baseline:
    """Keep how machines stand now as what they should be.

    Args:
        asset_ids: machines of the organisation or below it that were inventoried.

    Raises:
        Refused: the actor may not keep baselines of that organisation.
        Invalid: no name, no machine, too many, or one that no inventory told of.
    """
    check(actor, RELATIONS, organisation.pk)
    wanted = sorted(set(asset_ids))
    errors: dict[str, list[str | Promise]] = {}
    if not name.strip():
        errors["name"] = [_("Give the baseline a name.")]
    rows = visible(Asset, actor).filter(
        pk__in=wanted[: MOST + 1],
        machine__isnull=False,
        organisation__path__startswith=organisation.path,
    )
    found = list(rows.order_by("pk").values_list("pk", flat=True))
    if len(wanted) > MOST:
        errors["assets"] = [_("Choose %(most)s machines at most.") % {"most": MOST}]
    elif not found or len(found) != len(wanted):
        errors["assets"] = [_("Choose inventoried machines of this organisation.")]
    if errors:
        raise Invalid(fields=errors)
    baseline = Baseline.objects.create(
        organisation=organisation, name=name.strip()[:120], note=note.strip()[:400]
    )
    facts = baselines.facts_of(found)
    BaselineMachine.objects.bulk_create(
        [BaselineMachine(baseline=baseline, asset_id=pk, facts=facts[pk]) for pk in found]
    )
    journal.record(
        actor=actor, verb="baseline.take", subject=baseline, after={"machines": len(found)}
    )
    return baseline


@service("baseline.accept")
def accept(*, actor: Actor, baseline_id: int, asset_id: int) -> BaselineMachine:
    """Accept a machine's drift: as it stands now is what it should be from now on.

    Raises:
        NotFound: no such baseline or machine in it, or not visible.
        Refused: the actor may not keep baselines of that organisation.
    """
    rows = BaselineMachine.objects.select_for_update(of=("self",)).select_related("baseline")
    row = get_visible(BaselineMachine, actor, rows, baseline_id=baseline_id, asset_id=asset_id)
    check(actor, RELATIONS, row.baseline.organisation_id)
    now = baselines.facts_of([row.asset_id])[row.asset_id]
    count = len(baselines.compare(row.facts, now))
    if not count:
        return row
    row.facts, row.settled_at = now, timezone.now()
    row.save(update_fields=["facts", "settled_at"])
    journal.record(
        actor=actor,
        verb="baseline.accept",
        subject=row.baseline,
        after={"asset_id": row.asset_id, "differences": count},
    )
    return row


@service("baseline.remove")
def remove(*, actor: Actor, baseline_id: int) -> None:
    """Take a baseline away.

    Raises:
        NotFound: no such baseline, or not visible.
        Refused: the actor may not keep baselines of that organisation.
    """
    row = get_visible(Baseline, actor, pk=baseline_id)
    check(actor, RELATIONS, row.organisation_id)
    journal.record(actor=actor, verb="baseline.remove", subject=row, before={"name": row.name})
    row.delete()
