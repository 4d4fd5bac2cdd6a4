"""The rules of a supply: amounts that always add up, moves, steps, serial numbers, invoices."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from compagnon.desk.models import Answer, SupplyCase
from compagnon.desk.supply_reading import STEP_WORDS
from compagnon.desk.supplying import amounts, approvals, matching, serials, stages

LINES = st.lists(
    st.builds(
        amounts.Line,
        quantity=st.integers(1, 100_000),
        unit_price_cents=st.integers(0, 1_000_000_000),
        discount_bp=st.integers(0, 10_000),
        vat_bp=st.sampled_from([0, 210, 550, 1000, 2000]),
    ),
    min_size=1,
    max_size=30,
)


@given(LINES)
def test_amounts_always_add_up(lines):
    found = amounts.totals(lines)
    assert sum(net for net, _vat in found.lines) == found.net == sum(r.net for r in found.rates)
    assert sum(vat for _net, vat in found.lines) == found.vat == sum(r.vat for r in found.rates)
    assert found.total == found.net + found.vat
    for rate in found.rates:
        exact = Fraction(rate.net * rate.vat_bp, 10_000)
        assert abs(rate.vat - exact) <= Fraction(1, 2)
    for line, (net, vat) in zip(lines, found.lines, strict=True):
        exact = Fraction(
            line.quantity * line.unit_price_cents * (10_000 - line.discount_bp), 10_000
        )
        assert abs(net - exact) <= Fraction(1, 2)
        assert abs(vat - Fraction(net * line.vat_bp, 10_000)) < 2


def test_vat_is_reckoned_on_the_sum_of_a_rate_and_not_line_by_line():
    # Three times 0.33 at 20 %: 0.066 each would make 0.21; on 0.99 it is 0.198, so 0.20.
    found = amounts.totals([amounts.Line(1, 33)] * 3)
    assert (found.net, found.vat, found.total) == (99, 20, 119)
    assert sorted(vat for _net, vat in found.lines) == [6, 7, 7]


def test_half_a_cent_goes_up():
    assert amounts.net_of(amounts.Line(1, 1, discount_bp=5000)) == 1
    assert amounts.totals([amounts.Line(1, 5, vat_bp=1000)]).vat == 1


def test_a_screen_with_a_discount_and_two_rates():
    found = amounts.totals(
        [amounts.Line(3, 24_999, discount_bp=500), amounts.Line(2, 1_250, vat_bp=550)]
    )
    assert found.lines[0][0] == 71_247
    assert [(one.vat_bp, one.net, one.vat) for one in found.rates] == [
        (550, 2_500, 138),
        (2000, 71_247, 14_249),
    ]


@given(st.integers(0, 10**12), st.integers(1, 500), st.data())
def test_parts_of_a_line_add_up_to_it(amount, of, data):
    first = data.draw(st.integers(0, of))
    assert amounts.part(amount, 0, of) == 0
    assert amounts.part(amount, of, of) == amount
    left = amounts.one_by_one(amount, 0, first, of)
    right = amounts.one_by_one(amount, first, of - first, of)
    assert sum(left) + sum(right) == amount
    assert all(one >= 0 for one in left + right)


@dataclass
class Row:
    quantity: int
    quantity_delivered: int = 0
    quantity_dropped: int = 0


@given(st.data())
def test_nothing_that_is_not_confirmed_is_delivered_beyond_the_order(data):
    rows = [Row(data.draw(st.integers(1, 20))) for _ in range(data.draw(st.integers(1, 4)))]
    stage = stages.ORDERED
    for _ in range(data.draw(st.integers(0, 30))):
        row = data.draw(st.sampled_from(rows))
        count = data.draw(st.integers(0, 25))
        if stages.is_excess(row, count):
            continue
        if data.draw(st.booleans()):
            row.quantity_delivered += count
        else:
            row.quantity_dropped += count
        target = stages.after_delivery(rows)
        assert target == stage or stages.may_go(stage, target)
        stage = target
        assert all(r.quantity_delivered + r.quantity_dropped <= r.quantity for r in rows)
    done = all(r.quantity_delivered + r.quantity_dropped == r.quantity for r in rows)
    assert (stage == stages.DELIVERED) == done


def test_every_stage_ends_somewhere_and_what_is_over_stays():
    assert set(stages.MOVES) == {*stages.WRITABLE, *stages.ON_ORDER, *stages.OVER,
                                 stages.APPROVAL, stages.APPROVED, stages.DELIVERED}  # fmt: skip
    for stage in stages.OVER:
        assert not stages.MOVES[stage]
    # Nothing is ordered that is not approved, and nothing ordered is simply given up.
    assert [one for one in stages.MOVES if stages.may_go(one, stages.ORDERED)] == [stages.APPROVED]
    assert not any(stages.may_go(one, stages.CANCELLED) for one in stages.ON_ORDER)


@pytest.mark.parametrize("stage", sorted(stages.MOVES))
def test_steps_are_drawn_for_each_stage(stage):
    found = stages.steps(stage, reached=stages.QUOTING)
    assert [one.name for one in found] == list(stages.DRAWN)
    states = [one.state for one in found]
    assert states == sorted(states, key=["done", "now", "stopped", "later"].index)
    assert "stopped" in states or stage not in {stages.CANCELLED, stages.REFUSED}


@given(st.integers(0, 10**9), st.none() | st.integers(0, 10**9), st.none() | st.integers(0, 10**9))
def test_who_approves_an_amount(total, low, high):
    found = approvals.steps(total, representative_over=low, manager_over=high)
    assert (approvals.REPRESENTATIVE in found) == (low is not None and total > low)
    assert (approvals.MANAGER in found) == (high is not None and total > high)
    assert found == sorted(found, reverse=True)


def test_serial_numbers_are_read_from_lines_tables_and_files():
    assert serials.read("SN-1\n\n  SN-2 \r\n") == ["SN-1", "SN-2"]
    assert serials.read("\ufeffModèle;N° de série\nX1;A1\nX1;A2\n") == ["A1", "A2"]
    assert serials.read('Serial number,Model\nA1,X\n"A,2",X\n') == ["A1", "A,2"]
    assert serials.read("A1\tx\nA2\ty") == ["A1", "A2"]
    assert serials.read("") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A\nb\nB", "twice"),
        ("A" * 129, "too_long"),
        ("\n".join(f"S{n}" for n in range(2_005)), "too_many"),
        ("A\x07B", "control"),
    ],
)
def test_what_is_no_list_of_serial_numbers_is_refused(text, code):
    with pytest.raises(serials.BadSerials) as refused:
        serials.read(text)
    assert refused.value.code == code


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    try:
        found = serials.read(text)
    except serials.BadSerials:
        return
    assert len({one.casefold() for one in found}) == len(found)


@pytest.mark.parametrize(
    ("ordered", "delivered", "invoiced", "verdict"),
    [
        (100, 0, 0, "none"),
        (100, 100, 100, "agrees"),
        (100, 100, 60, "partly"),
        (100, 40, 100, "over_delivered"),
        (100, 100, 120, "over_ordered"),
        (100, 130, 120, "partly"),
    ],
)
def test_order_delivery_and_invoice_are_held_against_each_other(
    ordered, delivered, invoiced, verdict
):
    assert matching.Match(ordered, delivered, invoiced).verdict == verdict


def test_the_french_words_of_a_supply_are_its_own():
    # Catalogues of all rooms are one: the park's «Supplies» are its consumables.
    with translation.override("fr"):
        assert [str(STEP_WORDS[one]) for one in ("ordered", "delivered", "handed")] == [
            "Commande", "Livraison", "Remise",
        ]  # fmt: skip
        assert str(SupplyCase._meta.verbose_name_plural) == "fournitures"
        assert str(Answer.YES.label) == "d’accord"
