"""What ``park`` keeps of a person: what they hold, signed for, borrowed; who used a machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compagnon.core import files
from compagnon.core.personal import Basis, Holding, Subject, register
from compagnon.park.models import (
    Asset,
    BroughtList,
    BroughtState,
    CustodySheet,
    Doubt,
    InventoryReport,
    LicenceAllocation,
    Loan,
    LoanState,
    Machine,
    MachineDocument,
)
from compagnon.people.models import Person

YEAR = 365


def _held(subject: Subject) -> QuerySet[Asset]:
    return Asset.objects.filter(person_id=subject.person_id)


def _tell_held(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for asset in _held(subject).order_by("pk"):
        yield {"asset": str(asset), "number": asset.inventory_number, "serial": asset.serial}
    for loan in Loan.objects.filter(borrower_id=subject.person_id).select_related("asset"):
        yield {"borrowed": str(loan.asset), "from": loan.first_day, "until": loan.last_day}
    given = LicenceAllocation.objects.filter(person_id=subject.person_id)
    for allocation in given.order_by("pk"):
        yield {"licence": str(allocation)}


def _count_held(subject: Subject) -> int:
    lent = Loan.objects.filter(borrower_id=subject.person_id).count()
    given = LicenceAllocation.objects.filter(person_id=subject.person_id).count()
    return _held(subject).count() + lent + given


def _hindered(subject: Subject) -> list[str]:
    said = []
    if count := _held(subject).count():
        said.append(
            gettext("%(count)s assets are still theirs: take them back first.") % {"count": count}
        )
    out = Loan.objects.filter(borrower_id=subject.person_id)
    if count := out.filter(state__in=(LoanState.RESERVED, LoanState.OUT)).count():
        said.append(gettext("%(count)s loans are not over.") % {"count": count})
    return said


def _forget_held(subject: Subject) -> int:
    gone = LicenceAllocation.objects.filter(person_id=subject.person_id).delete()[0]
    notes = Loan.objects.filter(borrower_id=subject.person_id).exclude(note="")
    return gone + notes.update(note="")


def _machines(subject: Subject) -> QuerySet[Machine]:
    """Machines that they held last: what an agent told of who uses them tells of this person."""
    sheets = CustodySheet.objects.filter(person_id=subject.person_id).values("asset_id")
    told = Machine.objects.exclude(last_user="", users=[])
    return told.filter(asset_id__in=sheets, asset__person=None)


def _tell_machines(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for machine in _machines(subject).select_related("asset").order_by("pk"):
        yield {"asset": str(machine.asset), "last_user": machine.last_user, "users": machine.users}


def _forget_machines(subject: Subject) -> int:
    keys = list(_machines(subject).values_list("pk", flat=True))
    # The next report of the agent makes another document, as a first report does.
    MachineDocument.objects.filter(pk__in=keys).delete()
    # The last report of a machine is kept as it came, for as long as there is the machine.
    last = Machine.objects.filter(pk__in=keys).values("last_report_id")
    doubted = Doubt.objects.values("report_id")
    rows = InventoryReport.objects.filter(pk__in=last).exclude(pk__in=doubted)
    reports = list(rows.select_related("raw"))
    InventoryReport.objects.filter(pk__in=[one.pk for one in reports]).delete()
    files.discard([one.raw for one in reports if one.raw is not None])
    return Machine.objects.filter(pk__in=keys).update(last_user="", users=[])


def _lists() -> QuerySet[BroughtList]:
    """Lists that were written or left aside: what they did stands in the park and the journal."""
    return BroughtList.objects.exclude(state=BroughtState.LOOKED_AT)


def _tell_no_list(_subject: Subject) -> Iterable[Mapping[str, Any]]:
    # Whose names a list held is not looked for: it is of the whole park.
    return ()


def _forget_lists(subject: Subject) -> int:
    """Delete the lists of their organisation as they came, and those above it."""
    path = Person.objects.values_list("organisation__path", flat=True).get(pk=subject.person_id)
    above = [int(key) for key in path.strip("/").split("/") if key]
    return _drop_lists(_lists().filter(organisation_id__in=above))


def _old_lists(before: datetime, most: int) -> int:
    found = _lists().filter(brought_at__lt=before).order_by("brought_at", "pk")
    return _drop_lists(BroughtList.objects.filter(pk__in=list(found.values_list("pk")[:most])))


def _drop_lists(rows: QuerySet[BroughtList]) -> int:
    found = list(rows.select_related("file"))
    BroughtList.objects.filter(pk__in=[one.pk for one in found]).delete()
    files.discard([one.file for one in found])
    return len(found)


def _sheets(subject: Subject) -> QuerySet[CustodySheet]:
    return CustodySheet.objects.filter(person_id=subject.person_id).exclude(signed_name="")


def _tell_sheets(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for sheet in _sheets(subject).select_related("asset").order_by("pk"):
        yield {
            "asset": str(sheet.asset),
            "kind": sheet.kind,
            "signed": sheet.signed_at,
            "signed_by": sheet.signed_name,
            "condition": sheet.condition,
            "accessories": sheet.accessories,
        }


def _old_sheets(before: datetime, most: int) -> int:
    rows = CustodySheet.objects.filter(signed_at__lt=before).exclude(signed_name="")
    found = list(rows.select_related("signature").order_by("signed_at", "pk")[:most])
    stored = [sheet.signature for sheet in found if sheet.signature is not None]
    gone = CustodySheet.objects.filter(pk__in=[sheet.pk for sheet in found]).update(
        signed_name="", signature=None
    )
    files.discard(stored)
    return gone


_PARK = _("Who keeps the park")

register(
    Holding(
        key="park.held",
        order=60,
        title=_("Assets held, loans, licences"),
        concerned=_("Those who hold or borrow equipment"),
        content=_("Which asset, from when to when, which licence"),
        purpose=_("To know where equipment is and who answers for it"),
        basis=Basis.CONTRACT,
        recipients=_PARK,
        count=_count_held,
        export=_tell_held,
        erase=_forget_held,
        hindrances=_hindered,
        models=(
            "park.alerttold",
            "park.alertletter",
            "park.asset",
            "park.loan",
            "park.licenceallocation",
        ),
        stays=_("That an asset was lent, under the person’s number."),
    ),
    Holding(
        key="park.machines",
        order=61,
        title=_("Users of machines, as agents tell them"),
        concerned=_("Those who use an inventoried machine"),
        content=_("Names of sessions"),
        purpose=_("To find whose machine it is"),
        basis=Basis.INTEREST,
        recipients=_PARK,
        count=lambda subject: _machines(subject).count(),
        export=_tell_machines,
        erase=_forget_machines,
        models=("park.machine", "park.machinedocument", "park.inventoryreport"),
        stays=_("Machines that somebody else holds now."),
    ),
    Holding(
        key="park.lists",
        order=63,
        title=_("Lists of the park that were imported"),
        concerned=_("Those whom a list names as holders of equipment"),
        content=_("The file as it came, the lines that were refused"),
        purpose=_("To see what was written from where"),
        basis=Basis.INTEREST,
        recipients=_PARK,
        since=_("the import"),
        days=90,
        count=lambda _subject: 0,
        export=_tell_no_list,
        erase=_forget_lists,
        expire=_old_lists,
        models=("park.broughtlist",),
    ),
    Holding(
        key="park.sheets",
        order=62,
        title=_("Signed hand-over sheets"),
        concerned=_("Those who signed"),
        content=_("Name, signature, condition of the equipment"),
        purpose=_("To prove that equipment was handed over or given back"),
        basis=Basis.INTEREST,
        recipients=_PARK,
        since=_("the signature"),
        days=5 * YEAR,
        count=lambda subject: _sheets(subject).count(),
        export=_tell_sheets,
        expire=_old_sheets,
        models=("park.custodysheet",),
        stays=_("Proof of the hand-over, until its term."),
    ),
)
