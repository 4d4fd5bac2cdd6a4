"""What is asked about a supply: the wish, quotes, the order, deliveries, invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.forms.fields import capitals, row_field
from compagnon.desk.models import (
    LineKind,
    OrderLine,
    PurchaseOrder,
    RefusalReason,
    SupplyCase,
)
from compagnon.desk.models.supply import MOST_CENTS, MOST_UNITS
from compagnon.desk.services.supply_invoices import MOST
from compagnon.desk.services.supply_quotes import answering, suppliers
from compagnon.desk.services.supply_receiving import serial_words
from compagnon.desk.supplying import serials
from compagnon.park.models import AssetType, Consumable, Currency, Licence, StockPlace
from compagnon.park.models.cents import CentsFormField
from compagnon.people.models import Language, Person, Site
from compagnon.people.queries import named
from compagnon.ui.picked import PickedField

FILE_MAX = 2 * 1024 * 1024
"""Bytes of a file of serial numbers."""


def day_field(label: Any, *, required: bool = False, **more: Any) -> forms.DateField:
    """A day."""
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        **more,
    )


def whole_field(label: Any, *, least: int = 0, most: int = MOST_UNITS, **more: Any) -> Any:
    """A whole number."""
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        **more,
    )


class PercentField(forms.DecimalField):
    """Shows 550 as 5.5, and gives 550 for «5,5»: hundredths of a percent."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            min_value=0, max_value=100, decimal_places=2, max_digits=5,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}), **more,
        )  # fmt: skip

    def prepare_value(self, value: Any) -> Any:
        """Show what the row holds; what was typed stays as it was typed."""
        return f"{(Decimal(value) / 100).normalize():f}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        """Read «5,5» as well as «5.5»."""
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def clean(self, value: Any) -> Any:
        """Give hundredths of a percent.

        Raises:
            ValidationError: it is no percentage.
        """
        found = super().clean(value)
        return found if found is None else int(found * 100)


def price_field(label: Any, *, most: int = MOST_CENTS, **more: Any) -> CentsFormField:
    """An amount typed in units, given in cents."""
    return CentsFormField(
        label=label, max_digits=16, decimal_places=2, min_value=0, max_value=most // 100,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}), **more,
    )  # fmt: skip


def _text(label: Any, *, rows: int = 3, most: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **more
    )


class PortalWishForm(forms.Form):
    """What a user wishes for; ``key`` makes it one wish, however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("What do you need?"),
        max_length=200,
        help_text=_("A laptop, a screen, a licence, an installation…"),
    )
    reason = _text(_("Why?"), rows=4, most=4000, help_text=_("Who approves it reads these words."))
    quantity = whole_field(_("How many"), least=1, initial=1)
    wanted_by = day_field(_("Wanted by"))


class WishForm(forms.Form):
    """A wish as a technician writes it down, on a ticket or with a new one."""

    requester = PickedField(label=_("Who asks"), hint=_("Name, mail address or phone"))
    beneficiary = PickedField(
        label=_("For whom"), required=False, hint=_("The requester, unless you say otherwise")
    )
    title = forms.CharField(label=_("What"), max_length=200)
    reason = _text(_("Why"), rows=4, most=4000)
    quantity = whole_field(_("How many"), least=1, initial=1)
    wanted_by = day_field(_("Wanted by"))
    budget_code = forms.CharField(label=_("Budget code"), max_length=40, required=False)
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, asks: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        fields: Any = self.fields
        people = visible(Person, actor, Person.objects.select_related("organisation"))
        for name in ("requester", "beneficiary"):
            fields[name].offer(people.filter(is_active=True), reverse("people:pick_persons"), named)
        if not asks:
            del fields["requester"]


class QuoteForm(forms.Form):
    """The head of a quote."""

    supplier = PickedField(label=_("Supplier"), hint=_("The supplier’s name"))
    reference = forms.CharField(label=_("Reference"), max_length=80, required=False)
    received_on = day_field(_("Received on"))
    valid_until = day_field(_("Valid until"))
    delivery_days = whole_field(_("Delivery (days)"), most=730, required=False)
    note = _text(_("Note"), rows=2, most=4000, required=False)
    file = forms.FileField(label=_("The supplier’s document"), required=False)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["supplier"]
        field.offer(suppliers(actor), reverse("desk:pick_suppliers"), answering)


SAID = ("designation", "unit_price_cents")


class QuoteLineForm(forms.Form):
    """One line of a quote; one without a designation is left out."""

    kind = forms.ChoiceField(label=_("Kind"), choices=capitals(*LineKind))
    designation = forms.CharField(label=_("Designation"), max_length=200)
    reference = forms.CharField(label=_("Reference"), max_length=80, required=False)
    quantity = whole_field(_("Quantity"), least=1)
    unit_price_cents = price_field(_("Unit price, before tax"))
    discount_bp = PercentField(label=_("Discount (%)"), required=False)
    vat_bp = PercentField(label=_("VAT (%)"))
    warranty_months = whole_field(_("Warranty (months)"), most=240, required=False)

    def full_clean(self) -> None:
        """Check the line; one that holds neither a designation nor a price is no line."""
        said = [self.data.get(self.add_prefix(name), "") for name in (*SAID, "reference")]
        if self.is_bound and not any(str(one).strip() for one in said):
            self._errors: Any = ErrorDict()
            self.cleaned_data: dict[str, Any] = {}
            return
        super().full_clean()

    def values(self) -> dict[str, Any]:
        """Give the line as the verb takes it."""
        found = dict(self.cleaned_data)
        return {name: value for name, value in found.items() if value is not None}


QuoteLines = forms.formset_factory(
    QuoteLineForm, extra=0, max_num=100, validate_max=True, absolute_max=120
)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Why"), max_length=400)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class RetainForm(forms.Form):
    """Why a quote that is not the cheapest is retained."""

    reason = forms.CharField(
        label=_("Why this one"),
        max_length=400,
        help_text=_("Another quote is cheaper: who approves reads why."),
    )


class OrderForm(forms.Form):
    """How the retained quote is ordered."""

    sent_to = forms.EmailField(
        label=_("Send it to"),
        required=False,
        help_text=_("The supplier’s mail address. Empty: you send the document yourself."),
    )
    language = forms.ChoiceField(label=_("Language of the document"), choices=Language.choices)
    deliver_to = forms.CharField(
        label=_("Deliver to"),
        max_length=400,
        required=False,
        help_text=_("Empty: the beneficiary’s site."),
    )
    expected_on = day_field(_("Expected on"), help_text=_("Empty: by the quote’s delivery delay."))
    note = _text(_("Note to the supplier"), rows=3, most=2000, required=False)
    hold = forms.BooleanField(
        label=_("Put the ticket on hold until it comes"), required=False, initial=True
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class SendForm(forms.Form):
    """Where an order is sent."""

    sent_to = forms.EmailField(label=_("Send it to"))


class ConfirmForm(forms.Form):
    """What the supplier confirmed."""

    confirmed_on = day_field(_("Confirmed on"))
    expected_on = day_field(_("Comes on"))
    supplier_reference = forms.CharField(
        label=_("The supplier’s number"), max_length=80, required=False
    )


class InvoiceForm(forms.Form):
    """An invoice or a credit note, as it is written."""

    number = forms.CharField(label=_("Number"), max_length=80)
    is_credit = forms.BooleanField(label=_("It is a credit note"), required=False)
    invoiced_on = day_field(_("Date"), required=True)
    net_cents = price_field(_("Before tax"), most=MOST)
    vat_cents = price_field(_("VAT"), most=MOST)
    total_cents = price_field(_("Total with tax"), most=MOST * 2)
    note = forms.CharField(label=_("Note"), max_length=400, required=False)
    file = forms.FileField(label=_("The supplier’s document"), required=False)


class CreditForm(forms.Form):
    """The credit note of what was refused."""

    credit_number = forms.CharField(label=_("Number of the credit note"), max_length=80)


class DeliveryForm(forms.Form):
    """The head of a delivery."""

    received_on = day_field(_("Received on"))
    note_number = forms.CharField(label=_("Delivery note"), max_length=80, required=False)
    note = _text(_("Note"), rows=2, most=2000, required=False)
    confirm_excess = forms.BooleanField(
        label=_("More came than was ordered, and we keep it"), required=False
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


PARK: dict[str, tuple[str, ...]] = {
    LineKind.EQUIPMENT: (
        "asset_type", "manufacturer", "model", "serials", "serials_file", "site", "place",
        "warranty_months",
    ),
    LineKind.CONSUMABLE: ("consumable",),
    LineKind.LICENCE: ("licence",),
    LineKind.SERVICE: (),
}  # fmt: skip


class ReceivedForm(forms.Form):
    """What came of one line; only what its kind asks for."""

    accepted = whole_field(pgettext_lazy("purchase", "Taken"), required=False)
    refused = whole_field(_("Refused"), required=False)
    refusal = forms.ChoiceField(label=_("Why refused"), required=False)
    refusal_note = forms.CharField(label=_("What is wrong"), max_length=400, required=False)
    asset_type = row_field(AssetType, _("Type of asset"))
    manufacturer = forms.CharField(label=_("Manufacturer"), max_length=120, required=False)
    model = forms.CharField(label=_("Model"), max_length=160, required=False)
    serials = forms.CharField(
        label=_("Serial numbers"),
        required=False,
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One a line, or a table pasted from a spreadsheet."),
    )
    serials_file = forms.FileField(label=_("or a CSV file of them"), required=False)
    site = row_field(Site, _("Site"))
    place = row_field(StockPlace, _("Stock place"))
    warranty_months = whole_field(_("Warranty (months)"), most=240, required=False)
    consumable = row_field(Consumable, _("Into the stock of"))
    licence = row_field(Licence, _("Units of"))

    def __init__(self, *args: Any, actor: Actor, line: OrderLine, order: PurchaseOrder,
                 **more: Any) -> None:  # fmt: skip
        super().__init__(*args, **{"prefix": f"line{line.pk}"} | more)
        self.line = line
        kept = {"accepted", "refused", "refusal", "refusal_note", *PARK[line.kind]}
        for name in set(self.fields) - kept:
            del self.fields[name]
        fields: dict[str, Any] = self.fields
        fields["refusal"].choices = [("", "–")] + [
            (value, capfirst(str(label))) for value, label in RefusalReason.choices
        ]
        above = [int(key) for key in order.organisation.path.strip("/").split("/") if key]
        for name, model in (("site", Site), ("place", StockPlace), ("consumable", Consumable),
                            ("licence", Licence)):  # fmt: skip
            if name in fields:
                rows = visible(model, actor).filter(organisation_id__in=above)
                fields[name].queryset = rows.order_by("name", "pk")
        if "asset_type" in fields:
            fields["asset_type"].queryset = visible(AssetType, actor).order_by("name")
        for name in ("consumable", "licence"):
            if name in fields:
                fields[name].empty_label = _("A new one, under the line’s name")

    def clean(self) -> dict[str, Any]:
        """Read the serial numbers of the text, or else of the file."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        text, upload = values.get("serials") or "", values.get("serials_file")
        name = "serials"
        if not text.strip() and upload is not None:
            name = "serials_file"
            if upload.size > FILE_MAX:
                self.add_error(name, _("This file is too large for a list of numbers."))
                return values
            try:
                text = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error(name, _("This file is no text in UTF-8."))
                return values
        try:
            values["serials"] = serials.read(text)
        except serials.BadSerials as error:
            self.add_error(name if name in self.fields else None, serial_words(error))
            values["serials"] = []
        return values


def wish_initial(case: SupplyCase) -> dict[str, Any]:
    """Give what the form of a wish shows of it."""
    return {
        "beneficiary": case.beneficiary_id,
        "title": case.title,
        "reason": case.reason,
        "quantity": case.quantity,
        "wanted_by": case.wanted_by,
        "budget_code": case.budget_code,
        "currency": case.currency,
        "version": case.version,
    }
