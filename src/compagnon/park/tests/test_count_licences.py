"""What is used of what was bought, for any park; patterns; the differences in money."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from compagnon.park.licensing import Entitlement, Given, Metric, Place, count, matches
from compagnon.park.licensing.counting import folded

DAY = date(2026, 11, 22)
places = st.lists(
    st.builds(
        Place,
        st.integers(1, 30),
        st.one_of(st.none(), st.integers(1, 10)),
        st.one_of(st.none(), st.integers(0, 64)),
    ),
    max_size=25,
    unique_by=lambda one: one.asset,
)
given_out = st.lists(
    st.one_of(
        st.builds(Given, asset=st.integers(1, 40)), st.builds(Given, person=st.integers(1, 15))
    ),
    max_size=10,
)
days = st.integers(-400, 400).map(lambda shift: DAY + timedelta(days=shift))
bought = st.lists(
    st.builds(
        lambda quantity, price, start, length: (quantity, price, start, length),
        st.integers(1, 40),
        st.integers(0, 100_000),
        days,
        st.one_of(st.none(), st.integers(0, 500)),
    ),
    max_size=5,
).map(
    lambda rows: [
        Entitlement(
            key,
            quantity,
            price,
            start,
            None if length is None else start + timedelta(days=length),
        )
        for key, (quantity, price, start, length) in enumerate(rows)
    ]
)


@given(st.sampled_from(Metric), bought, places, given_out)
def test_the_sums_hold(
    metric: Metric, rows: list[Entitlement], where: list[Place], gave: list[Given]
) -> None:
    found = count(metric, rows, where, gave, on=DAY)
    valid = [one for one in rows if one.is_valid(DAY)]
    assert found.bought == sum(one.quantity for one in valid)
    assert found.used == sum(found.taken.values()) + found.over
    assert found.bought == sum(found.taken.values()) + found.spare
    assert not (found.over and found.spare)
    assert all(found.taken[one.key] <= one.quantity for one in rows)
    assert all(found.taken[one.key] == 0 for one in rows if one not in valid)
    assert (found.over_price == 0) or found.over > 0


@given(st.sampled_from(Metric), bought, places, given_out, st.integers(100, 120))
def test_one_more_machine_never_counts_less(
    metric: Metric, rows: list[Entitlement], where: list[Place], gave: list[Given], new: int
) -> None:
    before = count(metric, rows, where, gave, on=DAY)
    after = count(metric, rows, [*where, Place(new, None, 4)], gave, on=DAY)
    grows = {Metric.CONCURRENT: 0, Metric.CORE: 4}.get(metric, 1)
    assert after.used == before.used + grows


@given(places)
def test_the_order_and_repeats_do_not_matter(where: list[Place]) -> None:
    one = count(Metric.USER, [], where, [], on=DAY)
    assert one == count(Metric.USER, [], [*reversed(where), *where], [], on=DAY)


def test_each_measure_counts_its_own() -> None:
    where = [Place(1, 7, 4), Place(2, 7, None), Place(3, None, 8)]
    gave = [Given(person=7), Given(person=9), Given(asset=3), Given(asset=4)]
    used = {one: count(one, [], where, gave, on=DAY).used for one in Metric}
    assert used == {
        Metric.DEVICE: 5,  # 1, 2, 3, 4, and nine who has no machine with it
        Metric.USER: 4,  # 7, 9, and the machines 3 and 4 that nobody has
        Metric.SUBSCRIPTION: 4,
        Metric.CORE: 14,  # 4, 1 for the unknown, 8, 1 for the one without it
        Metric.CONCURRENT: 4,
    }
    assert count(Metric.CORE, [], where, gave, on=DAY).unknown == 1


def test_over_and_spare_in_money() -> None:
    old = Entitlement(1, 2, 10_000, date(2024, 1, 1), date(2026, 12, 31))
    new = Entitlement(2, 1, 12_000, date(2026, 1, 1))
    where = [Place(one) for one in range(5)]
    over = count(Metric.DEVICE, [new, old], where, [], on=DAY)
    assert (over.over, over.over_price, over.taken) == (2, 24_000, {2: 1, 1: 2})
    spare = count(Metric.DEVICE, [new, old], where[:1], [], on=DAY)
    assert (spare.spare, spare.spare_price, spare.taken) == (2, 22_000, {2: 0, 1: 1})


def test_patterns() -> None:
    assert matches("Microsoft Office*", "Microsoft Office Standard 2021")
    assert matches("*acrobat*pro*", "Adobe Acrobat DC Pro")
    assert matches("écran", "ECRAN")
    assert not matches("Office", "Office 365")
    assert not matches("ab*ba", "aba")
    assert matches("*" * 5000 + "a", "b" * 5000 + "a")


letters = st.text("aBé¨ß.-0 (", max_size=20)


@given(letters, letters, letters)
def test_a_pattern_finds_what_it_was_made_of(left: str, middle: str, right: str) -> None:
    # Folded first: "¨" is a blank and an accent, and blanks are one where they touch.
    bare = [folded(text) for text in (left, middle, right)]
    assert matches("*".join(["a" + bare[0], bare[1] + "b"]), f"a{bare[0]} {bare[2]} {bare[1]}b")
