"""Supplies: one of them, its wish, its quotes, what is asked and what is handed over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound, Refused
from compagnon.core.visibility import get_visible
from compagnon.desk import queries, supply_reading
from compagnon.desk.forms.supply import (
    QuoteForm,
    QuoteLines,
    ReasonForm,
    RetainForm,
    WishForm,
    wish_initial,
)
from compagnon.desk.models import Quote, SuppliedAsset, SupplyCase, Ticket
from compagnon.desk.policies_supply import MANAGE, ORDER, RECEIVE, may
from compagnon.desk.services import (
    supply_approving,
    supply_handing,
    supply_quotes,
    supply_wishes,
)
from compagnon.desk.views.ticket import add_errors

PAGE = "desk/supply/form.html"
GET_OR_POST = ["GET", "HEAD", "POST"]
BLANK_LINES, MORE_LINES = 3, 5


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def case_of(actor: Actor, pk: int) -> SupplyCase:
    """Give a supply that the actor sees.

    Raises:
        NotFound: there is none.
    """
    rows = SupplyCase.objects.select_related(
        "ticket__organisation", "ticket__requester", "organisation", "beneficiary__site", "owner"
    )
    return get_visible(SupplyCase, actor, rows, pk=pk)


@login_required
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a supply: its steps, its wish, its quotes side by side, its approval, its orders."""
    actor = _actor(request)
    case = case_of(actor, pk)
    where = case.organisation_id
    context = supply_reading.whole(actor, case) | {
        "may_manage": may(actor, MANAGE, where),
        "may_order": may(actor, ORDER, where),
        "may_receive": may(actor, RECEIVE, where),
        "today": timezone.localdate(),
    }
    return render(request, "desk/supply/one.html", context)


# --- the wish -----------------------------------------------------------------------------------


@login_required
@require_http_methods(GET_OR_POST)
def new(request: HttpRequest) -> HttpResponse:
    """Write a wish down, on the ticket that ``?ticket=`` names or with a new one."""
    actor = _actor(request)
    if not actor.scope.allows_somewhere(MANAGE):
        raise Refused(_("Your roles do not allow you to manage supplies."))
    ticket = _asked_ticket(actor, request.GET.get("ticket", ""))
    initial: dict[str, Any] = {"quantity": 1}
    if ticket is not None:
        initial |= {"title": ticket.title, "beneficiary": ticket.beneficiary_id}
    data = request.POST or None
    form = WishForm(data, actor=actor, asks=ticket is None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _wish(actor, ticket, form.cleaned_data)
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("The wish is kept."))
                return redirect("desk:supply_detail", pk=made.pk)
    return _wish_page(request, form, status=status, ticket=ticket)


def _asked_ticket(actor: Actor, given: str) -> Ticket | None:
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        return None
    return queries.get_ticket(actor, int(given))


def _wish(actor: Actor, ticket: Ticket | None, values: dict[str, Any]) -> SupplyCase:
    given = {name: value for name, value in values.items() if name != "version"}
    return supply_wishes.wish(actor=actor, ticket_id=ticket.pk if ticket else None, **given)


def _wish_page(
    request: HttpRequest,
    form: WishForm,
    *,
    status: int,
    ticket: Ticket | None = None,
    case: SupplyCase | None = None,
) -> HttpResponse:
    context = {"form": form, "ticket": ticket, "case": case}
    return render(request, "desk/supply/wish.html", context, status=status)


@login_required
@require_http_methods(GET_OR_POST)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the wish, until somebody is asked to approve it."""
    actor = _actor(request)
    case = case_of(actor, pk)
    initial = wish_initial(case)
    data = request.POST or None
    form, status = WishForm(data, actor=actor, asks=False, initial=initial), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            version = values.pop("version")
            if values["beneficiary"] is None:
                del values["beneficiary"]
            try:
                supply_wishes.change_wish(
                    actor=actor, supply_id=pk, values=values, expected_version=version
                )
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("The wish is changed."))
                return redirect("desk:supply_detail", pk=pk)
    return _wish_page(request, form, status=status, case=case)


# --- one form, one verb -------------------------------------------------------------------------


def ask(
    request: HttpRequest,
    form: forms.Form,
    run: Any,
    *,
    title: Any,
    submit: Any,
    back: str,
    done: Any,
    case: SupplyCase,
    kind: str = "primary",
    note: Any = "",
) -> HttpResponse:
    """Show a form, run its verb with what was typed, and go back; what is refused comes back."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                run(form.cleaned_data)
            except (NotFound, Refused):
                raise
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, str(done))
                return redirect(back)
    context = {
        "form": form, "title": title, "submit": submit, "back": back, "case": case, "kind": kind,
        "note": note,
    }  # fmt: skip
    return render(request, PAGE, context, status=status)


@login_required
@require_http_methods(GET_OR_POST)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a supply up."""
    actor = _actor(request)
    case = case_of(actor, pk)
    form = ReasonForm(request.POST or None, initial={"version": case.version})
    return ask(
        request,
        form,
        lambda v: supply_wishes.cancel(
            actor=actor, supply_id=pk, reason=v["reason"], expected_version=v["version"]
        ),
        title=_("Give this supply up"),
        submit=_("Give it up"),
        back=reverse("desk:supply_detail", args=[pk]),
        done=_("The supply is given up."),
        case=case,
        kind="danger",
    )


VERBS: dict[str, tuple[Any, Any]] = {
    "take": (supply_wishes.follow, gettext_lazy("You follow this supply.")),
    "submit": (supply_approving.submit, gettext_lazy("It is submitted.")),
    "withdraw": (supply_approving.withdraw, gettext_lazy("It is taken back.")),
    "sheets": (
        supply_handing.prepare_sheets,
        gettext_lazy("The sheets are ready: have each one signed."),
    ),
    "hand-over": (
        supply_handing.hand_over,
        gettext_lazy("All is handed over: the ticket may be solved."),
    ),
}


@login_required
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Follow, submit, take back, prepare the sheets, hand over: verbs that ask nothing."""
    actor = _actor(request)
    case_of(actor, pk)
    if name not in VERBS:
        raise NotFound
    run, done = VERBS[name]
    try:
        run(actor=actor, supply_id=pk)
    except (NotFound, Refused):
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, str(done))
    return redirect("desk:supply_detail", pk=pk)


@login_required
@require_POST
def stays(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a machine stays in stock, or that somebody receives it after all."""
    actor = _actor(request)
    rows = SuppliedAsset.objects.select_related("line__delivery__order")
    found = get_visible(SuppliedAsset, actor, rows, pk=pk)
    try:
        supply_handing.keep_in_stock(
            actor=actor, supplied_id=pk, stays=request.POST.get("stays") == "1"
        )
    except (NotFound, Refused):
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    return redirect("desk:supply_detail", pk=found.line.delivery.order.supply_id)


# --- quotes -------------------------------------------------------------------------------------


@login_required
@require_http_methods(GET_OR_POST)
def add_quote(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a supplier's quote down."""
    actor = _actor(request)
    case = case_of(actor, pk)
    initial = {"received_on": timezone.localdate(), "version": case.version}
    lines = [{"designation": case.title, "quantity": case.quantity, "vat_bp": 2000}]
    return _quote(request, case, None, initial, lines)


@login_required
@require_http_methods(GET_OR_POST)
def change_quote(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a quote anew, until it is submitted."""
    actor = _actor(request)
    quote = get_visible(Quote, actor, pk=pk)
    case = case_of(actor, quote.supply_id)
    initial = {
        name: getattr(quote, name)
        for name in ("reference", "received_on", "valid_until", "delivery_days", "note")
    } | {"supplier": quote.supplier_id, "version": case.version}
    lines = [
        {name: getattr(line, name) for name in supply_reading.LINE_FIELDS}
        for line in quote.lines.all()
    ]
    return _quote(request, case, quote, initial, lines)


def _quote(
    request: HttpRequest,
    case: SupplyCase,
    quote: Quote | None,
    initial: dict[str, Any],
    lines: list[dict[str, Any]],
) -> HttpResponse:
    actor = _actor(request)
    status = 200
    if request.method == "POST":
        status = 422
        form = QuoteForm(request.POST, request.FILES, actor=actor)
        rows = QuoteLines(_with_more(request.POST), prefix="lines")
        if "more" in request.POST:
            status = 200
        elif form.is_valid() and rows.is_valid():
            try:
                _keep_quote(actor, case, quote, form, rows)
            except (NotFound, Refused):
                raise
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("The quote is kept."))
                return redirect("desk:supply_detail", pk=case.pk)
    else:
        blank = [{"vat_bp": 2000}] * BLANK_LINES
        form = QuoteForm(actor=actor, initial=initial)
        rows = QuoteLines(prefix="lines", initial=[*lines, *blank])
    context = {"form": form, "rows": rows, "case": case, "quote": quote}
    return render(request, "desk/supply/quote.html", context, status=status)


def _with_more(given: QueryDict) -> QueryDict:
    """Give what was sent, with some blank lines more where they are asked for."""
    if "more" not in given:
        return given
    data = given.copy()
    said = data.get("lines-TOTAL_FORMS", "")
    count = int(said) if said.isascii() and said.isdecimal() and len(said) < 4 else 0
    total = min(count + MORE_LINES, supply_quotes.MOST_LINES)
    data["lines-TOTAL_FORMS"] = str(total)
    for at in range(count, total):
        data[f"lines-{at}-vat_bp"] = "20"
    return data


def _keep_quote(
    actor: Actor, case: SupplyCase, quote: Quote | None, form: QuoteForm, rows: Any
) -> Quote:
    values = dict(form.cleaned_data)
    version, upload = values.pop("version"), values.pop("file")
    return supply_quotes.keep_quote(
        actor=actor,
        supply_id=case.pk,
        quote_id=quote.pk if quote else None,
        lines=[one.values() for one in rows if one.cleaned_data.get("designation")],
        content=upload,
        file_name=upload.name if upload else "",
        expected_version=version,
        **values,
    )


@login_required
@require_http_methods(GET_OR_POST)
def retain(request: HttpRequest, pk: int) -> HttpResponse:
    """Retain a quote: the cheapest at once, another with its reason."""
    actor = _actor(request)
    quote = get_visible(Quote, actor, Quote.objects.select_related("supplier"), pk=pk)
    case = case_of(actor, quote.supply_id)
    back = reverse("desk:supply_detail", args=[case.pk])
    given = request.POST if "reason" in request.POST else None
    form = RetainForm(given)
    if request.method == "POST" and given is None:
        try:
            supply_quotes.retain(actor=actor, quote_id=pk)
        except (NotFound, Refused):
            raise
        except CompagnonError as error:
            if "reason" not in error.fields:
                messages.error(request, str(error))
                return redirect(back)
            form.cleaned_data = {}
        else:
            messages.success(request, _("The quote is retained."))
            return redirect(back)
        request.method = "GET"
    return ask(
        request,
        form,
        lambda v: supply_quotes.retain(actor=actor, quote_id=pk, reason=v["reason"]),
        title=_("Retain the quote of %(supplier)s") % {"supplier": quote.supplier},
        submit=_("Retain it"),
        back=back,
        done=_("The quote is retained."),
        case=case,
    )


@login_required
@require_POST
def remove_quote(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a quote away."""
    actor = _actor(request)
    quote = get_visible(Quote, actor, pk=pk)
    case_id = quote.supply_id
    try:
        supply_quotes.remove_quote(actor=actor, quote_id=pk)
    except (NotFound, Refused):
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The quote is taken away."))
    return redirect("desk:supply_detail", pk=case_id)


@login_required
@require_safe
def quote_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give the supplier's document of a quote."""
    actor = _actor(request)
    quote = get_visible(Quote, actor, Quote.objects.select_related("file"), pk=pk)
    if quote.file is None:
        raise NotFound
    return files.serve(quote.file, name=quote.file_name)
