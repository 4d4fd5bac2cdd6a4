"""How the journal tells what happens to supplies."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Subject
from compagnon.core.visibility import visible
from compagnon.desk.models import SupplyCase

journal_words.parts(
    {
        "supply": pgettext_lazy("purchase", "Supplies"),
        "approval_threshold": _("Thresholds of approval"),
    }
)
journal_words.words(
    {
        "supply.wish": (_("wrote a wish down"), "truck"),
        "supply.change": (_("changed a wish"), "pencil"),
        "supply.take": (_("follows a supply"), "hand-stop"),
        "supply.cancel": (_("gave a supply up"), "ban"),
        "supply.cancel_wish": (_("took a wish back"), "arrow-back-up"),
        "supply.quote": (_("wrote a quote down"), "file-invoice"),
        "supply.change_quote": (_("changed a quote"), "pencil"),
        "supply.remove_quote": (_("took a quote away"), "trash"),
        "supply.retain": (_("retained a quote"), "check"),
        "supply.submit": (_("submitted a supply"), "send"),
        "supply.withdraw": (_("took a supply back from approval"), "arrow-back-up"),
        "supply.settle_step": (_("heard what an approver decided"), "gavel"),
        "supply.order": (_("ordered"), "shopping-cart"),
        "supply.send_order": (_("sent an order again"), "mail-forward"),
        "supply.confirm_order": (_("kept a supplier’s confirmation"), "calendar-event"),
        "supply.cancel_order": (_("cancelled an order"), "ban"),
        "supply.receive": (_("received a delivery"), "package"),
        "supply.send_back": (_("sent back what was refused"), "arrow-back-up"),
        "supply.credit": (_("kept a credit for what was refused"), "receipt"),
        "supply.invoice": (_("kept a supplier’s invoice"), "receipt"),
        "supply.prepare_sheets": (_("prepared the sheets of a hand-over"), "clipboard-list"),
        "supply.keep_in_stock": (_("said whether a machine stays in stock"), "package"),
        "supply.hand_over": (_("handed a supply over"), "circle-check"),
        "supply.late": (_("told that an order is late"), "clock-exclamation"),
        "approval_threshold.create": (_("set thresholds of approval"), "scale"),
        "approval_threshold.change": (_("changed thresholds of approval"), "scale"),
        "approval_threshold.delete": (_("took thresholds of approval away"), "trash"),
    }
)


@journal_words.subjects(SupplyCase)
def supplies(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name supplies."""
    rows = visible(SupplyCase, actor).filter(pk__in=keys)
    return {row.pk: Subject(str(row), reverse("desk:supply_detail", args=[row.pk])) for row in rows}
