"""Licences: kept, given to machines and persons, taken back, proven."""

from __future__ import annotations

from typing import IO

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files, journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park.models import (
    Asset,
    Licence,
    LicenceAllocation,
    Paper,
    SupplierContract,
)
from compagnon.park.policies import LICENCES, SUPPLIERS, check
from compagnon.people.models import Organisation, Person

MOST_PAPERS = 50


@service("licence.allocate")
def allocate(
    *, actor: Actor, licence: Licence, asset: Asset | None = None, person: Person | None = None
) -> LicenceAllocation:
    """Give a unit to a machine or to a person.

    Over-use is not refused, it is shown: what runs, runs.

    Raises:
        Refused: the actor may not keep the licences of that organisation.
        Invalid: neither or both are named, or they are of another organisation.
        Conflict: they have one already.
    """
    check(actor, LICENCES, licence.organisation_id)
    if (asset is None) == (person is None):
        raise Invalid(_("Say which machine, or which person."))
    owner = asset.organisation if asset is not None else person.organisation  # type: ignore[union-attr]
    if not _covers(licence.organisation, owner):
        raise Invalid(_("This licence does not cover that organisation."))
    try:
        with transaction.atomic():
            row = LicenceAllocation.objects.create(
                licence=licence, asset=asset, person=person, given_at=timezone.now()
            )
    except IntegrityError as error:
        raise Conflict(_("A unit of this licence is theirs already.")) from error
    journal.record(
        actor=actor, verb="licence.allocate", subject=licence,
        after={"asset": asset.pk if asset else None, "person": person.pk if person else None},
    )  # fmt: skip
    return row


def _covers(holder: Organisation, owner: Organisation) -> bool:
    return owner.path.startswith(holder.path)


@service("licence.release")
def release(*, actor: Actor, allocation_id: int) -> LicenceAllocation:
    """Take a unit back; it stays in the history.

    Raises:
        NotFound: no such allocation, or not visible.
        Refused: the actor may not keep the licences of that organisation.
        Conflict: it was taken back already.
    """
    rows = LicenceAllocation.objects.select_for_update(of=("self",)).select_related("licence")
    row = get_visible(LicenceAllocation, actor, rows, pk=allocation_id)
    check(actor, LICENCES, row.licence.organisation_id)
    if row.released_at is not None:
        raise Conflict(_("It was taken back already."))
    row.released_at = timezone.now()
    row.save(update_fields=["released_at"])
    journal.record(
        actor=actor, verb="licence.release", subject=row.licence,
        after={"asset": row.asset_id, "person": row.person_id},
    )  # fmt: skip
    return row


@service("paper.add")
def add_paper(
    *,
    actor: Actor,
    name: str,
    content: bytes | IO[bytes],
    licence: Licence | None = None,
    contract: SupplierContract | None = None,
) -> Paper:
    """Keep a file as proof of a licence or of a supplier contract.

    Raises:
        Refused: the actor may not keep it.
        Invalid: there is no name, or too many papers stand already.
        TooLarge: the file is over the limit.
    """
    row = licence or contract
    if row is None or (licence is not None and contract is not None):
        raise Invalid(_("Say what this paper proves."))
    check(actor, LICENCES if licence is not None else SUPPLIERS, row.organisation_id)
    if not name.strip():
        raise Invalid(fields={"name": [_("The file has no name.")]})
    if Paper.objects.filter(licence=licence, contract=contract).count() >= MOST_PAPERS:
        raise Invalid(_("%(most)d papers stand already.") % {"most": MOST_PAPERS})
    paper = Paper.objects.create(
        licence=licence,
        contract=contract,
        file=files.store(content),
        name=name.strip()[-200:],
        added_at=timezone.now(),
    )
    journal.record(actor=actor, verb="paper.add", subject=row, after={"paper": paper.name})
    return paper
