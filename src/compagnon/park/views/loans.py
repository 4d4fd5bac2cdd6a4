"""Loans: the week, what is late, reserving, lending, taking back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound
from compagnon.core.visibility import get_visible
from compagnon.park.forms.life import LoanForm
from compagnon.park.models import Asset, Loan, LoanState
from compagnon.park.policies import LEND, VIEW
from compagnon.park.queries import life
from compagnon.park.services import loans
from compagnon.park.views.acting import actor_of, attempt

SHOWN = 50


@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """Show a week of loans, and those that are late."""
    return _page(request, actor_of(request, VIEW))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()


def _sent_day(request: HttpRequest) -> date:
    """Give the day that was sent; today would be a guess, and end a loan that somebody has.

    Raises:
        Invalid: it is none.
    """
    try:
        return date.fromisoformat(request.POST.get("last_day", ""))
    except ValueError:
        raise Invalid(_("Give the last day.")) from None


def _page(request: HttpRequest, actor: Actor, *, form: LoanForm | None = None) -> HttpResponse:
    day = _day(request.GET.get("week", ""))
    day = min(max(day, date(2000, 1, 10)), date(2100, 1, 1))
    monday = day - timedelta(days=day.weekday())
    lends = actor.scope.allows_somewhere(LEND)
    open_states = (LoanState.RESERVED, LoanState.OUT)
    context: dict[str, Any] = {
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "days": [monday + timedelta(days=n) for n in range(7)],
        "before": (monday - timedelta(days=7)).isoformat(),
        "after": (monday + timedelta(days=7)).isoformat(),
        "today": timezone.localdate(),
        "rows": life.week(actor, monday),
        "overdue": list(life.overdue(actor)[:SHOWN]),
        "loans": list(
            life.loans(actor).filter(state__in=open_states).order_by("first_day", "pk")[:SHOWN]
        ),
        "lends": lends,
        "form": form or (LoanForm(_lendable(actor), actor) if lends else None),
    }
    return render(request, "park/life/loans.html", context, status=422 if form else 200)


def _lendable(actor: Actor) -> Any:
    rows = life.loanable(actor)
    reach = actor.scope.organisations(LEND)
    return rows if reach is None else rows.filter(organisation_id__in=sorted(reach))


@require_POST
def reserve(request: HttpRequest) -> HttpResponse:
    """Reserve an asset for a person."""
    actor = actor_of(request, LEND)
    form = LoanForm(_lendable(actor), actor, request.POST)
    if form.is_valid():
        said = dict(form.cleaned_data)
        asset: Asset = said.pop("asset")
        refused = attempt(
            request,
            lambda: loans.reserve(actor=actor, asset_id=asset.pk, **said),
            _("It is reserved."),
        )
        if refused is None:
            return redirect(f"{reverse('park:loans')}?week={said['first_day'].isoformat()}")
    return _page(request, actor, form=form)


ACTS = {"hand-out": loans.hand_out, "take-back": loans.take_back, "cancel": loans.cancel}


@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Lend, take back, cancel, or extend to another day."""
    actor = actor_of(request)
    loan = get_visible(Loan, actor, pk=pk)
    if name == "extend":
        attempt(
            request,
            lambda: loans.extend(actor=actor, loan_id=loan.pk, last_day=_sent_day(request)),
            _("It ends on another day."),
        )
    elif name in ACTS:
        verb = ACTS[name]
        attempt(request, lambda: verb(actor=actor, loan_id=loan.pk), _("It is kept."))
    else:
        raise NotFound
    return redirect("park:loans")
