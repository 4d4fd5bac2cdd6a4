"""A supply from the wish to the hand-over, by its verbs; then each refusal."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Stale
from compagnon.core.models import Entry
from compagnon.core.tasks.worker import run_due
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import (
    MailEvent,
    Notice,
    OrderSeries,
    OutgoingMail,
    PurchaseOrder,
    SupplyCase,
)
from compagnon.desk.outbound.delivery import write
from compagnon.desk.services import (
    supply_approving,
    supply_handing,
    supply_invoices,
    supply_ordering,
    supply_quotes,
    supply_receiving,
    supply_wishes,
)
from compagnon.desk.services.supply_receiving import Received
from compagnon.desk.supply_reading import matched, progress
from compagnon.desk.tests import supplies
from compagnon.park.models import Asset, Consumable, Licence
from compagnon.park.services import custody
from compagnon.people.tests import factories as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(cast):
    return people.actor(cast.supervisor)


@pytest.fixture
def supplier(cast):
    return supplies.supplier(cast.provider)


@pytest.fixture
def case(actor, cast):
    return supplies.wish(actor, cast.user)


def test_a_supply_goes_from_the_wish_to_the_hand_over(actor, cast, case, supplier):
    order = supplies.ordered(actor, case, supplier, sent_to="commandes@fournitures.example")
    assert order.reference == f"BC-{timezone.localdate().year}-0001"
    assert (order.net_cents, order.vat_cents, order.total_cents) == (179_800, 35_960, 215_760)
    assert order.expected_on == timezone.localdate() + timedelta(days=10)
    case.ticket.refresh_from_db()
    assert case.ticket.pending_reason == "waiting_supplier"
    supply_ordering.confirm(
        actor=actor, order_id=order.pk, expected_on=timezone.localdate() + timedelta(days=12),
        supplier_reference="CMD-77",
    )  # fmt: skip
    supplies.received(actor, order, accepted=1, serials=["SN-1"])
    case.refresh_from_db()
    assert case.stage == "partial"
    supplies.received(actor, order, accepted=1, serials=["SN-2"])
    case.refresh_from_db()
    assert case.stage == "delivered"
    case.ticket.refresh_from_db()
    assert case.ticket.state == "open"
    made = Asset.objects.filter(purchase_reference=order.reference).order_by("pk")
    assert [one.serial for one in made] == ["SN-1", "SN-2"]
    first = made[0]
    assert first.state == "stock"
    assert int(sum(one.purchase_price for one in made) * 100) == order.net_cents
    assert first.supplier == supplier.name
    assert first.ordered_on == order.ordered_on
    assert first.warranty_ends_on.year == timezone.localdate().year + 3
    sheets = supply_handing.prepare_sheets(actor=actor, supply_id=case.pk, accessories="Sacoche")
    assert len(sheets) == 2
    with pytest.raises(Conflict, match="SN-1"):
        supply_handing.hand_over(actor=actor, supply_id=case.pk)
    for sheet in sheets:
        custody.sign(actor=actor, sheet_id=sheet.pk, name=str(cast.user))
    done = supply_handing.hand_over(actor=actor, supply_id=case.pk)
    assert done.stage == "handed"
    first.refresh_from_db()
    assert (first.state, first.person_id) == ("use", cast.user.pk)
    verbs = Entry.objects.filter(object_type="desk.supplycase").values_list("verb", flat=True)
    assert list(verbs.order_by("id")) == [
        "supply.wish", "supply.quote", "supply.retain", "supply.submit", "supply.order",
        "supply.confirm_order", "supply.receive", "supply.receive", "supply.prepare_sheets",
        "supply.hand_over",
    ]  # fmt: skip
    told = Notice.objects.filter(person=cast.user, event="supply", channel="page")
    assert told.count() == 4


def test_who_wished_sees_where_it_stands_and_no_price(actor, cast, case, supplier):
    supplies.ordered(actor, case, supplier)
    (seen,) = progress(people.actor(cast.user), case.ticket)
    assert [one.state for one in seen.steps] == ["done", "done", "done", "done", "now", "later"]
    assert seen.expected_on is not None
    assert seen.amount == ""
    (told,) = progress(actor, case.ticket)
    assert "2" in told.amount


def test_the_order_leaves_by_mail_with_its_document_and_nothing_of_the_request(
    actor, case, supplier
):
    order = supplies.ordered(actor, case, supplier, sent_to="commandes@fournitures.example")
    mail = OutgoingMail.objects.get(event=MailEvent.ORDER)
    written = write(mail)
    (part,) = list(written.iter_attachments())
    assert part.get_filename() == f"{order.reference}.pdf"
    assert part.get_content().startswith(b"%PDF-")
    assert order.reference in written["Subject"]
    body = written.get_body(("plain",)).get_content()
    assert order.reference in body
    assert case.ticket.title not in body + written["Subject"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_document_says_the_order_in_its_language(actor, case, supplier, language):
    from io import BytesIO

    from pypdf import PdfReader

    from compagnon.core import files

    order = supplies.ordered(
        actor, case, supplier, supplies.LAPTOP,
        {"designation": "Housse", "quantity": 1, "unit_price_cents": 1_999, "discount_bp": 550,
         "vat_bp": 550},
        language=language, note="Livrer à l’accueil.",
    )  # fmt: skip
    text = (
        "".join(
            page.extract_text() for page in PdfReader(BytesIO(files.read(order.document))).pages
        )
        .replace("\u202f", " ")
        .replace("\xa0", " ")
    )
    assert order.reference in text
    assert "Portable 14 pouces" in text
    assert ("Commande BC" if language == "fr" else "Order BC") in text
    assert ("5,5 %" if language == "fr" else "5.5 %") in text


def test_numbers_have_no_gap_and_are_each_organisation_s_own(actor, cast, supplier):
    year = timezone.localdate().year
    first = supplies.ordered(actor, supplies.wish(actor, cast.user), supplier)
    second = supplies.wish(actor, cast.user)
    supplies.approved(actor, second, supplier)
    with pytest.raises(Invalid):
        supply_ordering.order(actor=actor, supply_id=second.pk, sent_to="nobody")
    order = supply_ordering.order(actor=actor, supply_id=second.pk)
    assert [first.number, order.number] == [1, 2]
    other = supplies.ordered(actor, supplies.wish(actor, cast.outsider), supplier)
    assert other.reference == f"BC-{year}-0001"
    last_year = supply_ordering.next_number(cast.client_a, year - 1)
    assert last_year == 1
    assert OrderSeries.objects.count() == 3


def test_stock_licences_and_services_go_where_they_belong(actor, case, supplier):
    order = supplies.ordered(
        actor, case, supplier,
        {"kind": "consumable", "designation": "Toner", "reference": "T1", "quantity": 5,
         "unit_price_cents": 4_000},
        {"kind": "licence", "designation": "Suite", "quantity": 3, "unit_price_cents": 10_000},
        {"kind": "service", "designation": "Installation", "quantity": 1,
         "unit_price_cents": 20_000},
    )  # fmt: skip
    supplies.received(actor, order)
    assert Consumable.objects.get(name="Toner").quantity == 5
    licence = Licence.objects.get(name="Suite")
    assert (licence.quantity, licence.unit_price_cents) == (3, 10_000)
    case.refresh_from_db()
    assert case.stage == "delivered"
    assert supply_handing.hand_over(actor=actor, supply_id=case.pk).stage == "handed"


def test_seats_are_added_to_a_licence_that_stands(actor, cast, case, supplier):
    licence = Licence.objects.create(
        organisation=cast.client_a, name="Suite", product_pattern="Suite*", quantity=10,
        starts_on=date(2020, 1, 1),
    )  # fmt: skip
    order = supplies.ordered(
        actor, case, supplier,
        {"kind": "licence", "designation": "Suite", "quantity": 3, "unit_price_cents": 10_000},
    )  # fmt: skip
    supplies.received(actor, order, accepted=3, licence=licence, asset_type=None)
    licence.refresh_from_db()
    assert licence.quantity == 13


def test_what_is_refused_is_sent_back_and_replaced_or_credited(actor, case, supplier):
    order = supplies.ordered(actor, case, supplier)
    delivery = supplies.received(
        actor, order, accepted=1, refused=1, refusal="damaged", refusal_note="Écran fendu"
    )
    (line,) = delivery.lines.all()
    assert Asset.objects.filter(purchase_reference=order.reference).count() == 1
    supply_receiving.send_back(actor=actor, line_id=line.pk)
    case.refresh_from_db()
    assert case.stage == "partial"
    supplies.received(actor, order, accepted=1)
    line.refresh_from_db()
    assert line.return_state == "replaced"
    other = supplies.wish(actor, case.ticket.requester)
    order = supplies.ordered(actor, other, supplier)
    delivery = supplies.received(actor, order, accepted=1, refused=1, refusal="wrong")
    (line,) = delivery.lines.all()
    supply_receiving.credit(actor=actor, line_id=line.pk, credit_number="AV-1")
    other.refresh_from_db()
    assert other.stage == "delivered"
    found = matched(PurchaseOrder.objects.get(pk=order.pk))
    assert found.delivered * 2 == found.ordered


def test_more_than_ordered_is_taken_only_when_it_is_confirmed(actor, case, supplier):
    order = supplies.ordered(actor, case, supplier)
    line = order.lines.get()
    kind = supplies.laptop()
    came = [Received(line_id=line.pk, accepted=3, asset_type=kind)]
    with pytest.raises(Invalid) as refused:
        supply_receiving.receive(actor=actor, order_id=order.pk, lines=came)
    assert f"lines.{line.pk}.accepted" in refused.value.fields
    assert not Asset.objects.filter(purchase_reference=order.reference).exists()
    supply_receiving.receive(actor=actor, order_id=order.pk, lines=came, confirm_excess=True)
    line.refresh_from_db()
    assert (line.quantity_delivered, line.excess_confirmed) == (3, True)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"accepted": 2, "serials": ["A"]}, "serials"),
        ({"accepted": 2, "serials": ["A", "a"]}, "serials"),
        ({"accepted": 2, "asset_type": None}, "asset_type"),
        ({"accepted": -1}, "accepted"),
        ({"refused": 1}, "refusal"),
        ({"refused": 1, "refusal": "magic"}, "refusal"),
    ],
)
def test_a_delivery_that_does_not_fit_is_refused_line_by_line(actor, case, supplier, values, field):
    order = supplies.ordered(actor, case, supplier)
    with pytest.raises(Invalid) as refused:
        supplies.received(actor, order, **values)
    assert f"lines.{order.lines.get().pk}.{field}" in refused.value.fields


def test_a_serial_number_that_the_park_knows_is_refused(actor, cast, case, supplier):
    order = supplies.ordered(actor, case, supplier)
    supplies.received(actor, order, accepted=1, serials=["SN-9"])
    with pytest.raises(Invalid) as refused:
        supplies.received(actor, order, accepted=1, serials=["SN-9"])
    assert "SN-9" in str(refused.value.fields)
    with pytest.raises(Invalid) as refused:
        supplies.received(actor, order, accepted=1, serials=["sn-9"])
    assert "sn-9" in str(refused.value.fields)


def test_the_dearer_quote_takes_a_reason(actor, cast, case, supplier):
    dear = supplies.quote(actor, case, supplier)
    cheap = supplies.quote(
        actor, case, supplies.supplier(cast.provider, "Moins cher"),
        supplies.LAPTOP | {"unit_price_cents": 80_000},
    )  # fmt: skip
    with pytest.raises(Invalid):
        supply_quotes.retain(actor=actor, quote_id=dear.pk)
    supply_quotes.retain(actor=actor, quote_id=dear.pk, reason="Livré demain")
    supply_quotes.retain(actor=actor, quote_id=cheap.pk)
    dear.refresh_from_db()
    assert (dear.is_retained, dear.retained_reason) == (False, "")
    case.refresh_from_db()
    assert case.amount_cents == cheap.total_cents == 192_000


def test_lines_of_a_quote_are_refused_by_name(actor, case, supplier):
    with pytest.raises(Invalid) as refused:
        supplies.quote(
            actor, case, supplier,
            {"designation": " ", "quantity": 0, "unit_price_cents": -1, "vat_bp": 10_001},
        )  # fmt: skip
    assert set(refused.value.fields) == {
        "lines.0.designation", "lines.0.quantity", "lines.0.unit_price_cents", "lines.0.vat_bp",
    }  # fmt: skip
    assert not case.quotes.exists()


def test_what_is_not_approved_is_not_ordered_and_an_old_quote_neither(actor, case, supplier):
    found = supplies.quote(actor, case, supplier)
    supply_quotes.retain(actor=actor, quote_id=found.pk)
    with pytest.raises(IllegalMove):
        supply_ordering.order(actor=actor, supply_id=case.pk)
    found.refresh_from_db()
    found.received_on = found.valid_until = timezone.localdate() - timedelta(days=1)
    found.save()
    with pytest.raises(Invalid, match=found.valid_until.isoformat()):
        supply_approving.submit(actor=actor, supply_id=case.pk)


def test_an_order_is_cancelled_whole_or_for_what_has_not_come(actor, cast, case, supplier):
    order = supplies.ordered(actor, case, supplier)
    with pytest.raises(Invalid):
        supply_ordering.cancel_order(actor=actor, order_id=order.pk, reason=" ")
    supply_ordering.cancel_order(actor=actor, order_id=order.pk, reason="Épuisé")
    case.refresh_from_db()
    assert (case.stage, case.amount_cents) == ("quoting", None)
    with pytest.raises(IllegalMove):
        supply_ordering.cancel_order(actor=actor, order_id=order.pk, reason="Encore")
    again = supplies.ordered(actor, case, supplier)
    assert again.number == order.number + 1
    supplies.received(actor, again, accepted=1)
    supply_ordering.cancel_order(actor=actor, order_id=again.pk, reason="Le reste est épuisé")
    case.refresh_from_db()
    assert case.stage == "delivered"


def test_an_invoice_is_held_against_what_was_ordered_and_what_came(actor, case, supplier):
    order = supplies.ordered(actor, case, supplier)
    values = {"actor": actor, "order_id": order.pk, "invoiced_on": timezone.localdate()}
    with pytest.raises(Invalid):
        supply_invoices.keep_invoice(
            **values, number="F1", net_cents=100, vat_cents=20, total_cents=121
        )
    supply_invoices.keep_invoice(
        **values, number="F1", net_cents=179_800, vat_cents=35_960, total_cents=215_760
    )
    order.refresh_from_db()
    assert matched(order).verdict == "over_delivered"
    supplies.received(actor, order)
    assert matched(order).verdict == "agrees"
    with pytest.raises(Conflict):
        supply_invoices.keep_invoice(**values, number="F1", net_cents=1, vat_cents=0, total_cents=1)
    supply_invoices.keep_invoice(
        **values, number="AV1", net_cents=1_000, vat_cents=200, total_cents=1_200, is_credit=True
    )
    assert matched(order).verdict == "partly"


def test_a_late_delivery_is_told_once_to_who_ordered(actor, cast, case, supplier):
    people.account(cast.supervisor) if not hasattr(cast.supervisor, "account") else None
    order = supplies.ordered(actor, case, supplier)
    late = order.expected_on + timedelta(days=1)
    program = people.system()
    assert supply_invoices.tell_late(actor=program, order_id=order.pk, today=late)
    assert not supply_invoices.tell_late(actor=program, order_id=order.pk, today=late)
    (notice,) = Notice.objects.filter(event="late", channel="page")
    assert notice.person_id == cast.supervisor.pk
    with pytest.raises(Refused):
        supply_invoices.tell_late(actor=actor, order_id=order.pk)
    run_due()


def test_a_user_wishes_for_themselves_and_takes_it_back(cast, actor, supplier):
    user = people.actor(cast.user)
    mine = supply_wishes.wish(actor=user, title="Un écran", reason="Pour lire")
    assert mine.ticket.requester_id == cast.user.pk
    assert mine.owner_id is None
    with pytest.raises(NotFound):
        supply_wishes.withdraw_wish(actor=people.actor(cast.outsider), supply_id=mine.pk)
    supply_wishes.withdraw_wish(actor=user, supply_id=mine.pk)
    mine.refresh_from_db()
    assert mine.stage == "cancelled"
    other = supply_wishes.wish(actor=user, title="Un écran", reason="Pour lire")
    supplies.quote(actor, other, supplier)
    with pytest.raises(IllegalMove):
        supply_wishes.withdraw_wish(actor=user, supply_id=other.pk)


@pytest.mark.parametrize(
    "values",
    [
        {"title": " "},
        {"reason": ""},
        {"quantity": 0},
        {"quantity": 100_001},
        {"wanted_by": date(1999, 1, 1)},
        {"wanted_by": date(2020, 1, 1)},
        {"currency": "XXX"},
    ],
)
def test_a_wish_that_is_not_complete_is_refused(cast, values):
    given = {"title": "Un écran", "reason": "Pour lire"} | values
    with pytest.raises(Invalid):
        supply_wishes.wish(actor=people.actor(cast.user), **given)


def test_nobody_else_s_supply_is_seen_or_touched(actor, cast, case, supplier):
    found = supplies.quote(actor, case, supplier)
    for stranger in (cast.outsider, cast.user):
        other = people.actor(stranger)
        with pytest.raises(NotFound):
            supply_quotes.retain(actor=other, quote_id=found.pk)
        with pytest.raises(NotFound):
            supply_approving.submit(actor=other, supply_id=case.pk)
        with pytest.raises(NotFound):
            supply_ordering.order(actor=other, supply_id=case.pk)
    with pytest.raises(Refused):
        supply_quotes.retain(actor=people.actor(cast.representative), quote_id=found.pk)


def test_two_who_write_at_once_do_not_overwrite_each_other(actor, case):
    version = SupplyCase.objects.get(pk=case.pk).version
    supply_wishes.change_wish(
        actor=actor, supply_id=case.pk, values={"quantity": 3}, expected_version=version
    )
    with pytest.raises(Stale):
        supply_wishes.change_wish(
            actor=actor, supply_id=case.pk, values={"quantity": 4}, expected_version=version
        )
