"""Quotes: what suppliers ask, and which one is retained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import IO, Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Text
from compagnon.core.models import StoredFile
from compagnon.core.search import analysis
from compagnon.core.services import service
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.models import LineKind, Quote, QuoteLine, SupplyCase, SupplyStage
from compagnon.desk.models.supply import MOST_CENTS, MOST_UNITS
from compagnon.desk.policies_supply import MANAGE
from compagnon.desk.services.supply_changing import (
    check_day,
    check_writable,
    finish,
    line_of_words,
    lock,
    move,
)
from compagnon.desk.supplying import amounts, stages
from compagnon.park.models import SupplierContract
from compagnon.people.models import Organisation

MOST_QUOTES, MOST_LINES = 20, 100
PICKED, MOST_FOUND = 20, 50
MOST_IN_ALL = 10**12
"""Cents with tax: what an approval and an invoice hold as well."""
HEAD = ("reference", "received_on", "valid_until", "delivery_days", "note")


def suppliers(actor: Actor) -> QuerySet[Organisation]:
    """Give the suppliers that the actor may ask: organisations that they see, and those with
    which a contract that they see stands."""
    known = visible(SupplierContract, actor).values("supplier_id")
    seen = visible(Organisation, actor).values("pk")
    return Organisation.objects.filter(Q(pk__in=seen) | Q(pk__in=known), is_active=True)


def answering(rows: QuerySet[Organisation], text: str) -> QuerySet[Organisation]:
    """Keep the suppliers in whose name every word typed begins a word, whatever accents and
    capitals; one whose whole name it is comes alone."""
    wanted = analysis.tokens(text[:200])
    if not wanted:
        return rows
    exact: list[int] = []
    found: list[int] = []
    for key, name in rows.order_by("name", "pk").values_list("pk", "name"):
        if analysis.tokens(name) == wanted:
            exact.append(key)
        if analysis.answers_to(name, text[:200]):
            found.append(key)
    return rows.filter(pk__in=(exact or found)[:MOST_FOUND])


def pick_suppliers(actor: Actor, text: str) -> list[Organisation]:
    """Give at most 20 suppliers that the actor may ask and that answer to the words typed."""
    rows = suppliers(actor) if actor.scope.allows_somewhere(MANAGE) else Organisation.objects.none()
    return list(answering(rows, text).order_by("name", "pk")[:PICKED])


@service("supply.quote")
def keep_quote(
    *,
    actor: Actor,
    supply_id: int,
    supplier: Organisation,
    lines: Sequence[Mapping[str, Any]],
    quote_id: int | None = None,
    reference: str = "",
    received_on: date | None = None,
    valid_until: date | None = None,
    delivery_days: int | None = None,
    note: str = "",
    content: bytes | IO[bytes] | None = None,
    file_name: str = "",
    expected_version: int | None = None,
) -> Quote:
    """Write down a supplier's quote, or write it anew (``quote_id``).

    Args:
        lines: ``kind``, ``designation``, ``reference``, ``quantity``, ``unit_price_cents``,
            ``discount_bp``, ``vat_bp`` (hundredths of a percent), ``warranty_months``.
        content: the supplier's own document, with its ``file_name``.

    Raises:
        NotFound, Refused: see :func:`supply_changing.lock`.
        Stale: the supply's version is not ``expected_version``.
        IllegalMove: somebody is asked to approve, or it is ordered.
        Invalid: a supplier that is not theirs to ask, no line, a number out of bounds.
        TooLarge: the document is over the limit.
    """
    supply = lock(actor=actor, supply_id=supply_id, verb=MANAGE, expected_version=expected_version)
    check_writable(supply)
    quote = _quote(supply, quote_id)
    if not actor.is_system and not suppliers(actor).filter(pk=supplier.pk).exists():
        raise Invalid(fields={"supplier": [_("Choose a supplier of the list.")]})
    rows = checked_lines(lines)
    if amounts.totals(rows).total > MOST_IN_ALL:
        raise Invalid(_("This quote comes to more than can be ordered: write several."))
    quote.supplier = supplier
    quote.reference = line_of_words(reference, 80)
    quote.received_on = check_day(received_on, "received_on") or timezone.localdate()
    if quote.received_on > timezone.localdate():
        raise Invalid(fields={"received_on": [_("It cannot be of a day to come.")]})
    quote.valid_until = check_day(valid_until, "valid_until")
    if quote.valid_until and quote.valid_until < quote.received_on:
        raise Invalid(fields={"valid_until": [_("It ends before it was received.")]})
    if delivery_days is not None and not 0 <= delivery_days <= 730:
        raise Invalid(fields={"delivery_days": [_("From 0 to 730 days.")]})
    quote.delivery_days, quote.note = delivery_days, note.replace("\x00", "").strip()[:4000]
    if content is not None:
        quote.file, quote.file_name = stored_paper(content, file_name)
    was_retained, quote.is_retained, quote.retained_reason = quote.is_retained, False, ""
    _write(quote, rows)
    was = supply.stage
    if was in {stages.WISH, stages.REFUSED}:
        move(supply, SupplyStage.QUOTING)
    if was_retained:
        supply.amount_cents = supply.expected_on = None
    finish(
        actor=actor, supply=supply, verb="supply.quote" if quote_id is None else
        "supply.change_quote", was=was,
        after={"quote_id": quote.pk, "supplier_id": supplier.pk, "total_cents": quote.total_cents,
               "lines": len(rows)},
    )  # fmt: skip
    return quote


def _quote(supply: SupplyCase, quote_id: int | None) -> Quote:
    if quote_id is None:
        if supply.quotes.count() >= MOST_QUOTES:
            raise Conflict(_("This supply has %(most)d quotes.") % {"most": MOST_QUOTES})
        return Quote(supply=supply)
    found = supply.quotes.filter(pk=quote_id).first()
    if found is None:
        raise NotFound
    if found.orders.exists() or supply.approval_steps.filter(quote=found).exists():
        raise Conflict(
            _("This quote was submitted or ordered: it stays as it was. Write another one.")
        )
    found.version += 1
    return found


def stored_paper(content: bytes | IO[bytes], name: str) -> tuple[StoredFile, str]:
    """Keep a document that a supplier sent; gives its row and its name on one line."""
    return files.store(content), line_of_words(name.replace("\\", "/").rpartition("/")[2], 200)


def checked_lines(lines: Sequence[Mapping[str, Any]]) -> list[QuoteLine]:
    """Give the lines of a quote, reckoned.

    Raises:
        Invalid: none, too many, or one that cannot be; each field is named with its line.
    """
    if not lines:
        raise Invalid(_("Write one line at least."), fields={"lines": [_("There is no line.")]})
    if len(lines) > MOST_LINES:
        raise Invalid(_("%(most)d lines at most.") % {"most": MOST_LINES})
    wrong: dict[str, list[Text]] = {}
    rows = [_line(at, values, wrong) for at, values in enumerate(lines)]
    if wrong:
        raise Invalid(_("Some lines cannot be kept: see each."), fields=wrong)
    for row, (net, vat) in zip(rows, amounts.totals(rows).lines, strict=True):
        row.net_cents, row.vat_cents = net, vat
    return rows


_BOUNDS: tuple[tuple[str, int, int, int], ...] = (
    ("quantity", 1, MOST_UNITS, 1),
    ("unit_price_cents", 0, MOST_CENTS, 0),
    ("discount_bp", 0, amounts.WHOLE, 0),
    ("vat_bp", 0, amounts.WHOLE, 2000),
)


def _line(at: int, values: Mapping[str, Any], wrong: dict[str, list[Text]]) -> QuoteLine:
    def refuse(name: str, text: str) -> None:
        wrong.setdefault(f"lines.{at}.{name}", []).append(
            _("Line %(number)d: %(text)s") % {"number": at + 1, "text": text}
        )

    row = QuoteLine(
        position=at,
        kind=values.get("kind") or LineKind.EQUIPMENT,
        designation=line_of_words(str(values.get("designation") or ""), 200),
        reference=line_of_words(str(values.get("reference") or ""), 80),
        warranty_months=values.get("warranty_months"),
    )
    if row.kind not in LineKind.values:
        refuse("kind", _("this kind is not known."))
    if not row.designation:
        refuse("designation", _("say what it is."))
    for name, least, most, usual in _BOUNDS:
        value = values.get(name)
        number = usual if value is None else int(value)
        if not least <= number <= most:
            refuse(name, _("a number is out of bounds."))
            number = min(max(number, least), most)
        setattr(row, name, number)
    if row.warranty_months is not None and not 0 <= row.warranty_months <= 240:
        refuse("warranty_months", _("a number is out of bounds."))
        row.warranty_months = None
    return row


def _write(quote: Quote, rows: list[QuoteLine]) -> None:
    reckoned = amounts.totals(rows)
    quote.net_cents, quote.vat_cents = reckoned.net, reckoned.vat
    quote.total_cents = reckoned.total
    quote.save()
    quote.lines.all().delete()
    for row in rows:
        row.quote = quote
    QuoteLine.objects.bulk_create(rows)


@service("supply.remove_quote")
def remove_quote(*, actor: Actor, quote_id: int) -> SupplyCase:
    """Take a quote away, until it was submitted.

    Raises:
        NotFound, Refused: see :func:`supply_changing.lock`.
        IllegalMove, Conflict: somebody is asked to approve it, or it was ordered.
    """
    found = get_visible(Quote, actor, pk=quote_id)
    supply = lock(actor=actor, supply_id=found.supply_id, verb=MANAGE)
    check_writable(supply)
    quote = _quote(supply, quote_id)
    was, before = supply.stage, {"quote_id": quote.pk, "total_cents": quote.total_cents}
    if quote.is_retained:
        supply.amount_cents = supply.expected_on = None
    quote.delete()
    if was == stages.QUOTING and not supply.quotes.exists():
        move(supply, SupplyStage.WISH)
    return finish(actor=actor, supply=supply, verb="supply.remove_quote", was=was, before=before)


@service("supply.retain")
def retain(
    *, actor: Actor, quote_id: int, reason: str = "", expected_version: int | None = None
) -> Quote:
    """Retain a quote, until it is ordered. One that is not the cheapest takes a reason.

    What was approved for another quote is approved no more.

    Raises:
        NotFound, Refused, Stale: see :func:`supply_changing.lock`.
        IllegalMove: it is being approved, or ordered.
        Invalid: it is not the cheapest, and no reason is given.
    """
    found = get_visible(Quote, actor, pk=quote_id)
    supply = lock(
        actor=actor, supply_id=found.supply_id, verb=MANAGE, expected_version=expected_version
    )
    was = supply.stage
    if was in {stages.APPROVED, stages.REFUSED}:
        move(supply, SupplyStage.QUOTING)
    check_writable(supply)
    rows = list(supply.quotes.select_for_update(of=("self",)).order_by("total_cents", "pk"))
    quote = next(one for one in rows if one.pk == quote_id)
    reason = line_of_words(reason, 400)
    if quote.total_cents > rows[0].total_cents and not reason:
        raise Invalid(
            _("It is not the cheapest: say why it is retained."),
            fields={"reason": [_("Another quote is cheaper: say why this one.")]},
        )
    for other in rows:
        if other.is_retained and other.pk != quote.pk:
            other.is_retained, other.retained_reason = False, ""
            other.save(update_fields=["is_retained", "retained_reason"])
    quote.is_retained, quote.retained_reason = True, reason
    quote.retained_by_id = actor.id
    quote.save(update_fields=["is_retained", "retained_reason", "retained_by"])
    supply.amount_cents = quote.total_cents
    finish(
        actor=actor, supply=supply, verb="supply.retain", was=was,
        after={"quote_id": quote.pk, "total_cents": quote.total_cents,
               "is_cheapest": quote.total_cents == rows[0].total_cents},
    )  # fmt: skip
    return quote
