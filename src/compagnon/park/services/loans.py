"""Reserving, lending and taking back; two loans never share a day of an asset."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park import placing
from compagnon.park.errors import Sealed, Taken
from compagnon.park.models import Asset, AssetState, Loan, LoanDay, LoanState
from compagnon.park.policies import LEND, check
from compagnon.people.models import Person

LONGEST = 366


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@service("loan.reserve")
def reserve(
    *,
    actor: Actor,
    asset_id: int,
    borrower: Person,
    first_day: date,
    last_day: date,
    note: str = "",
) -> Loan:
    """Promise an asset to a person for some days, both included.

    Raises:
        NotFound: no such asset, or not visible.
        Refused: the actor may not lend the assets of that organisation.
        Invalid: the days are not in order, too many, or the asset is not one that is lent.
        Taken: somebody has it on one of the days.
    """
    asset = placing.lock(actor, asset_id)
    check(actor, LEND, asset.organisation_id)
    if not asset.is_loanable or asset.state in (AssetState.RETIRED, AssetState.DISPOSED):
        raise Invalid(fields={"asset": [_("This asset is not one that is lent.")]})
    _check_days(first_day, last_day)
    loan = Loan(
        asset=asset,
        borrower=borrower,
        first_day=first_day,
        last_day=last_day,
        note=" ".join(note.split())[:300],
    )
    try:
        with transaction.atomic():
            loan.save()
            _take(loan, _days(first_day, last_day))
    except IntegrityError as error:
        raise Taken from error
    _record(actor, "loan.reserve", loan, first_day=first_day, last_day=last_day)
    return loan


def _check_days(first: date, last: date) -> None:
    if last < first:
        raise Invalid(fields={"last_day": [_("It ends before it begins.")]})
    if (last - first).days >= LONGEST:
        raise Invalid(fields={"last_day": [_("A loan lasts a year at most.")]})


def _take(loan: Loan, days: list[date]) -> None:
    LoanDay.objects.bulk_create(
        [LoanDay(loan=loan, asset_id=loan.asset_id, day=day) for day in days]
    )


def _record(actor: Actor, verb: str, loan: Loan, **after: object) -> None:
    journal.record(
        actor=actor,
        verb=verb,
        subject=loan.asset,
        after={"loan_id": loan.pk, "borrower": loan.borrower_id, **after},
    )


def _lock(actor: Actor, loan_id: int, *states: LoanState) -> Loan:
    found = get_visible(Loan, actor, pk=loan_id)
    asset = Asset.objects.select_for_update().get(pk=found.asset_id)
    check(actor, LEND, asset.organisation_id)
    loan = Loan.objects.select_for_update().get(pk=loan_id)
    loan.asset = asset
    if loan.state not in states:
        raise Sealed(_("This loan is %(state)s.") % {"state": loan.get_state_display()})
    loan.version += 1
    return loan


@service("loan.hand_out")
def hand_out(*, actor: Actor, loan_id: int) -> Loan:
    """Give the asset to whoever reserved it.

    Raises:
        NotFound: no such loan, or not visible.
        Refused: the actor may not lend there.
        Sealed: it was lent, given back or cancelled.
        Conflict: the asset is still with somebody else.
        IllegalMove: the asset cannot be used from where it is.
    """
    loan = _lock(actor, loan_id, LoanState.RESERVED)
    if Loan.objects.filter(asset=loan.asset, state=LoanState.OUT).exists():
        raise Conflict(_("The asset is still with whoever borrowed it before."))
    today = timezone.localdate()
    if today < loan.first_day:
        # Given out before its day: the days between are its own from now on.
        try:
            with transaction.atomic():
                _take(loan, _days(today, loan.first_day - timedelta(days=1)))
        except IntegrityError as error:
            raise Taken from error
        loan.first_day = today
    loan.state, loan.lent_at = LoanState.OUT, timezone.now()
    loan.save()
    placing.move(
        actor=actor,
        asset=loan.asset,
        reason=_("Loan %(number)s") % {"number": loan.pk},
        state=AssetState.USE,
        person=loan.borrower,
    )
    _record(actor, "loan.hand_out", loan)
    return loan


@service("loan.take_back")
def take_back(*, actor: Actor, loan_id: int) -> Loan:
    """Take the asset back; the days that remained are free again.

    Raises:
        NotFound: no such loan, or not visible.
        Refused: the actor may not lend there.
        Sealed: it was not lent.
    """
    loan = _lock(actor, loan_id, LoanState.OUT)
    loan.state, loan.returned_at = LoanState.RETURNED, timezone.now()
    loan.save()
    loan.days.filter(day__gt=timezone.localdate()).delete()
    placing.move(
        actor=actor,
        asset=loan.asset,
        reason=_("Loan %(number)s") % {"number": loan.pk},
        state=AssetState.STOCK,
        person=None,
    )
    _record(actor, "loan.take_back", loan)
    return loan


@service("loan.extend")
def extend(*, actor: Actor, loan_id: int, last_day: date) -> Loan:
    """Let a loan end on another day.

    Raises:
        NotFound: no such loan, or not visible.
        Refused: the actor may not lend there.
        Sealed: it was given back or cancelled.
        Invalid: the days are not in order, or too many.
        Taken: somebody has it on one of the days.
    """
    loan = _lock(actor, loan_id, LoanState.RESERVED, LoanState.OUT)
    _check_days(loan.first_day, last_day)
    before = loan.last_day
    loan.last_day = last_day
    try:
        with transaction.atomic():
            loan.days.filter(day__gt=last_day).delete()
            held = set(loan.days.values_list("day", flat=True))
            _take(loan, [day for day in _days(loan.first_day, last_day) if day not in held])
            loan.save()
    except IntegrityError as error:
        raise Taken from error
    _record(actor, "loan.extend", loan, last_day=last_day, was=before)
    return loan


@service("loan.cancel")
def cancel(*, actor: Actor, loan_id: int) -> Loan:
    """Cancel a reservation; its days are free again.

    Raises:
        NotFound: no such loan, or not visible.
        Refused: the actor may not lend there.
        Sealed: it was lent or cancelled.
    """
    loan = _lock(actor, loan_id, LoanState.RESERVED)
    loan.state = LoanState.CANCELLED
    loan.save()
    loan.days.all().delete()
    _record(actor, "loan.cancel", loan)
    return loan
