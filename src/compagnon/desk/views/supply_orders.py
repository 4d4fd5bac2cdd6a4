"""Orders: one of them with its deliveries and invoices, and the figures of what was spent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import supply_reading
from compagnon.desk.forms.supply import (
    ConfirmForm,
    CreditForm,
    DeliveryForm,
    InvoiceForm,
    OrderForm,
    ReasonForm,
    ReceivedForm,
    SendForm,
)
from compagnon.desk.models import DeliveryLine, OrderLine, PurchaseOrder, SupplierInvoice
from compagnon.desk.policies_supply import ORDER, RECEIVE, VIEW, may
from compagnon.desk.services import supply_invoices, supply_ordering, supply_receiving
from compagnon.desk.services.supply_receiving import Received
from compagnon.desk.supplying import stages
from compagnon.desk.views.supply import GET_OR_POST, ask, case_of
from compagnon.desk.views.ticket import add_errors
from compagnon.park.models import Currency
from compagnon.people import queries as people
from compagnon.people.models import Organisation, Person


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def order_of(actor: Actor, pk: int) -> PurchaseOrder:
    """Give an order that the actor sees.

    Raises:
        NotFound: there is none.
    """
    rows = PurchaseOrder.objects.select_related(
        "supply__ticket", "supply__beneficiary", "organisation", "supplier", "quote",
        "ordered_by", "document",
    )  # fmt: skip
    return get_visible(PurchaseOrder, actor, rows, pk=pk)


@login_required
@require_http_methods(GET_OR_POST)
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Order what was approved."""
    actor = _actor(request)
    case = case_of(actor, pk)
    quote = case.quotes.filter(is_retained=True).select_related("supplier").first()
    initial: dict[str, Any] = {"language": "fr", "hold": True, "version": case.version}
    if quote is not None:
        person = Person.objects.filter(organisation=quote.supplier, is_active=True).first()
        initial["sent_to"] = people.main_email(person) if person else ""

    def run(values: dict[str, Any]) -> None:
        version = values.pop("version")
        supply_ordering.order(actor=actor, supply_id=pk, expected_version=version, **values)

    return ask(
        request,
        OrderForm(request.POST or None, initial=initial),
        run,
        title=_("Order from %(supplier)s") % {"supplier": quote.supplier if quote else "–"},
        submit=_("Place the order"),
        back=reverse("desk:supply_detail", args=[pk]),
        done=_("It is ordered."),
        case=case,
    )


@login_required
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an order: its lines, what came, what was invoiced, and whether they agree."""
    actor = _actor(request)
    found = order_of(actor, pk)
    where = found.organisation_id
    context = supply_reading.order_whole(actor, found) | {
        "may_order": may(actor, ORDER, where),
        "may_receive": may(actor, RECEIVE, where),
    }
    return render(request, "desk/supply/order.html", context)


@login_required
@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give the PDF of an order, as it was made when it was ordered."""
    found = order_of(_actor(request), pk)
    if found.document is None:
        raise NotFound
    return files.serve(found.document, name=f"{found.reference}.pdf")


def _ask(  # noqa: PLR0917
    request: HttpRequest, pk: int, form: Any, run: Any, title: Any, submit: Any, done: Any,
    kind: str = "primary", note: Any = "",
) -> HttpResponse:  # fmt: skip
    found = order_of(_actor(request), pk)
    return ask(
        request, form, run, title=title, submit=submit, done=done, kind=kind, note=note,
        back=reverse("desk:purchase_order_detail", args=[pk]), case=found.supply,
    )  # fmt: skip


@login_required
@require_http_methods(GET_OR_POST)
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the order's document again, or to another address."""
    actor = _actor(request)
    form = SendForm(request.POST or None, initial={"sent_to": order_of(actor, pk).sent_to})
    return _ask(
        request, pk, form,
        lambda v: supply_ordering.send_order(actor=actor, order_id=pk, sent_to=v["sent_to"]),
        _("Send the order"), _("Send"), _("The order is on its way."),
    )  # fmt: skip


@login_required
@require_http_methods(GET_OR_POST)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what the supplier confirmed."""
    actor = _actor(request)
    found = order_of(actor, pk)
    initial = {
        "confirmed_on": timezone.localdate(),
        "expected_on": found.expected_on,
        "supplier_reference": found.supplier_reference,
    }
    return _ask(
        request, pk, ConfirmForm(request.POST or None, initial=initial),
        lambda v: supply_ordering.confirm(actor=actor, order_id=pk, **v),
        _("The supplier confirms"), _("Keep"), _("The confirmation is kept."),
    )  # fmt: skip


@login_required
@require_http_methods(GET_OR_POST)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel an order, or what has not come of it."""
    actor = _actor(request)
    found = order_of(actor, pk)
    form = ReasonForm(request.POST or None, initial={"version": found.version})
    return _ask(
        request, pk, form,
        lambda v: supply_ordering.cancel_order(
            actor=actor, order_id=pk, reason=v["reason"], expected_version=v["version"]
        ),
        _("Cancel the order"), _("Cancel the order"), _("The order is cancelled."), "danger",
        _("Of an order that came in part, only what has not come is cancelled."),
    )  # fmt: skip


@login_required
@require_http_methods(GET_OR_POST)
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep an invoice or a credit note."""
    actor = _actor(request)

    def run(values: dict[str, Any]) -> None:
        upload = values.pop("file")
        supply_invoices.keep_invoice(
            actor=actor, order_id=pk, content=upload, file_name=upload.name if upload else "",
            **values,
        )  # fmt: skip

    form = InvoiceForm(
        request.POST or None, request.FILES or None, initial={"invoiced_on": timezone.localdate()}
    )
    return _ask(request, pk, form, run, _("Invoice or credit note"), _("Keep"),
                _("The invoice is kept."))  # fmt: skip


@login_required
@require_safe
def invoice_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give the supplier's document of an invoice."""
    rows = SupplierInvoice.objects.select_related("file")
    found = get_visible(SupplierInvoice, _actor(request), rows, pk=pk)
    if found.file is None:
        raise NotFound
    return files.serve(found.file, name=found.file_name)


# --- deliveries ---------------------------------------------------------------------------------


@login_required
@require_http_methods(GET_OR_POST)
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Receive a delivery, line by line."""
    actor = _actor(request)
    found = order_of(actor, pk)
    if not may(actor, RECEIVE, found.organisation_id):
        raise Refused(_("Your roles do not allow this on this organisation."))
    lines = list(visible(OrderLine, actor).filter(order=found).order_by("position", "pk"))
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DeliveryForm(
        request.POST or None,
        initial={"received_on": timezone.localdate(), "version": found.version},
    )
    rows = [
        ReceivedForm(*given, actor=actor, line=line, order=found, initial=_awaited(line, found))
        for line in lines
    ]
    status = 200
    if request.method == "POST":
        status = 422
        # Each is asked, so that the page tells all that is wrong at once.
        if all([form.is_valid(), *[one.is_valid() for one in rows]]):
            try:
                _receive(actor, found, form, rows)
            except (NotFound, Refused):
                raise
            except CompagnonError as error:
                status = error.status
                _spread_errors(form, rows, error)
            else:
                messages.success(request, _("The delivery is kept."))
                return redirect("desk:purchase_order_detail", pk=pk)
    shown = [(one, stages.outstanding(one.line)) for one in rows]
    context = {"order": found, "case": found.supply, "form": form, "rows": shown}
    return render(request, "desk/supply/receive.html", context, status=status)


def _awaited(line: OrderLine, found: PurchaseOrder) -> dict[str, Any]:
    return {
        "accepted": stages.outstanding(line),
        "refused": 0,
        "model": line.designation[:160],
        "warranty_months": line.warranty_months,
        "site": found.supply.beneficiary.site_id,
    }


def _receive(
    actor: Actor, found: PurchaseOrder, form: DeliveryForm, rows: list[ReceivedForm]
) -> None:
    values = dict(form.cleaned_data)
    version = values.pop("version")
    came = []
    for one in rows:
        said = {name: value for name, value in one.cleaned_data.items() if name != "serials_file"}
        said["accepted"], said["refused"] = said["accepted"] or 0, said["refused"] or 0
        came.append(Received(line_id=one.line.pk, **said))
    supply_receiving.receive(
        actor=actor, order_id=found.pk, lines=came, expected_version=version, **values
    )


def _spread_errors(form: DeliveryForm, rows: list[ReceivedForm], error: CompagnonError) -> None:
    """Put what a line is refused for on that line; the rest on top."""
    named = False
    for one in rows:
        mark = f"lines.{one.line.pk}."
        for name, texts in error.fields.items():
            if name.startswith(mark):
                named = True
                field = name.removeprefix(mark)
                for text in texts:
                    one.add_error(field if field in one.fields else None, str(text))
    if named:
        form.add_error(None, str(error))
    else:
        add_errors(form, error)


@login_required
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that what was refused went back."""
    actor = _actor(request)
    rows = DeliveryLine.objects.select_related("delivery")
    found = get_visible(DeliveryLine, actor, rows, pk=pk)
    try:
        supply_receiving.send_back(actor=actor, line_id=pk)
    except (NotFound, Refused):
        raise
    except CompagnonError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is noted as sent back."))
    return redirect("desk:purchase_order_detail", pk=found.delivery.order_id)


@login_required
@require_http_methods(GET_OR_POST)
def credit(request: HttpRequest, pk: int) -> HttpResponse:
    """Note the credit note of what was refused."""
    actor = _actor(request)
    rows = DeliveryLine.objects.select_related("delivery")
    found = get_visible(DeliveryLine, actor, rows, pk=pk)
    return _ask(
        request, found.delivery.order_id, CreditForm(request.POST or None),
        lambda v: supply_receiving.credit(
            actor=actor, line_id=pk, credit_number=v["credit_number"]
        ),
        _("The supplier credits it"), _("Keep"), _("The credit is kept."), "primary",
        _("What is credited is awaited no more. Keep the credit note itself with the invoices."),
    )  # fmt: skip


# --- figures ------------------------------------------------------------------------------------

HIGH, STEP = 150, 52


@login_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Draw what was spent in a year, by month, organisation and supplier; what is awaited."""
    actor = _actor(request)
    if not actor.scope.allows_somewhere(VIEW):
        raise Refused(_("Your roles do not show you supplies."))
    this_year = timezone.localdate().year
    said = request.GET.get("year", "")
    year = int(said) if said.isascii() and said.isdecimal() and len(said) == 4 else this_year
    currency = request.GET.get("currency", "")
    currency = currency if currency in Currency.values else Currency.EUR
    organisations = list(visible(Organisation, actor).order_by("name")[:300])
    wanted = request.GET.get("organisation", "")
    chosen = next((one for one in organisations if str(one.pk) == wanted), None)
    found = supply_reading.figures(
        actor, year=max(2000, min(year, 2099)), currency=currency,
        organisation_id=chosen.pk if chosen else None,
    )  # fmt: skip
    bars = [
        {"x": 8 + STEP * at, "middle": 8 + STEP * at + 15, "y": HIGH + 5 - round(one.share * 1.5),
         "high": round(one.share * 1.5), "label": one.label[-2:]}
        for at, one in enumerate(found.months)
    ]  # fmt: skip
    context = {
        "found": found,
        "bars": bars,
        "organisations": organisations,
        "chosen": chosen,
        "currencies": Currency.choices,
        "years": range(this_year - 5, this_year + 1),
        "today": timezone.localdate(),
    }
    return render(request, "desk/supply/figures.html", context)
