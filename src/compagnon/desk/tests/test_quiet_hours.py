"""When something may be told: quiet hours, the digest's hour, in zones that change their hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from compagnon.desk.quiet import Hours, next_digest, quiet_until

PARIS = ZoneInfo("Europe/Paris")
NIGHT = Hours(PARIS, time(20), time(7, 30))


def paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS)  # type: ignore[misc,arg-type]


def weekdays(day: date) -> bool:
    return day.weekday() < 5


def test_the_night_holds_back_until_the_morning() -> None:
    assert quiet_until(NIGHT, paris(2026, 3, 10, 12)) is None
    assert quiet_until(NIGHT, paris(2026, 3, 10, 19, 59)) is None
    assert quiet_until(NIGHT, paris(2026, 3, 10, 20)) == paris(2026, 3, 11, 7, 30)
    assert quiet_until(NIGHT, paris(2026, 3, 11, 2)) == paris(2026, 3, 11, 7, 30)
    assert quiet_until(NIGHT, paris(2026, 3, 11, 7, 30)) is None


def test_quiet_within_a_day_and_no_quiet_at_all() -> None:
    lunch = Hours(PARIS, time(12), time(14))
    assert quiet_until(lunch, paris(2026, 3, 10, 13)) == paris(2026, 3, 10, 14)
    assert quiet_until(lunch, paris(2026, 3, 10, 14)) is None
    assert quiet_until(Hours(PARIS), paris(2026, 3, 10, 3)) is None
    assert quiet_until(Hours(PARIS, time(8), time(8)), paris(2026, 3, 10, 8)) is None


def test_closed_days_hold_back_until_the_first_open_morning() -> None:
    hours = Hours(PARIS, time(20), time(7, 30), opens=weekdays, quiet_closed_days=True)
    friday_night = paris(2026, 3, 13, 22)
    assert quiet_until(hours, friday_night) == paris(2026, 3, 16, 7, 30)
    assert quiet_until(hours, paris(2026, 3, 14, 12)) == paris(2026, 3, 16, 7, 30)
    never = Hours(PARIS, opens=lambda _day: False, quiet_closed_days=True)
    assert quiet_until(never, friday_night) is None


def test_the_digest_leaves_at_its_hour_on_days_that_open() -> None:
    hours = Hours(PARIS, digest_at=time(8), opens=weekdays)
    assert next_digest(hours, paris(2026, 3, 13, 7)) == paris(2026, 3, 13, 8)
    assert next_digest(hours, paris(2026, 3, 13, 8)) == paris(2026, 3, 16, 8)
    never = Hours(PARIS, digest_at=time(8), opens=lambda _day: False)
    assert next_digest(never, paris(2026, 3, 13, 9)) == paris(2026, 3, 14, 8)


def test_an_hour_that_does_not_exist_and_one_that_comes_twice() -> None:
    # On 29 March 2026 two o'clock becomes three; on 25 October three becomes two.
    early = Hours(PARIS, time(1), time(2, 30), digest_at=time(2, 30))
    assert quiet_until(early, paris(2026, 3, 29, 1, 15)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time
    assert quiet_until(early, second) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


MOMENTS = st.integers(0, 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))


@given(MOMENTS, TIMES, TIMES, TIMES, st.booleans())
def test_nothing_is_planned_in_the_past_nor_in_the_quiet(
    at: datetime, start: time, end: time, digest: time, closed: bool
) -> None:
    hours = Hours(PARIS, start, end, digest, weekdays, closed)
    until = quiet_until(hours, at)
    assert until is None or (at < until <= at + timedelta(days=5))
    if until is not None:
        assert quiet_until(hours, until) is None
    leaves = next_digest(hours, at)
    assert at < leaves <= at + timedelta(days=4, hours=1)
    assert weekdays(leaves.astimezone(PARIS).date())
