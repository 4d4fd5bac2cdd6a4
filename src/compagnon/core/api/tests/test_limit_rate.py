"""How often a caller may call."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from compagnon.core.api import shared_counts, throttle
from compagnon.core.api.shared_counts import SharedCounts, forget_before
from compagnon.core.api.throttle import Buckets
from compagnon.core.models import CallCount


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills() -> None:
    clock = Clock()
    buckets = Buckets(clock=clock)
    first = buckets.take("a", per_minute=2)
    assert (first.allowed, first.limit, first.remaining, first.reset) == (True, 2, 1, 30)
    assert buckets.take("a", per_minute=2).allowed
    refused = buckets.take("a", per_minute=2)
    assert not refused.allowed
    assert refused.wait == 30
    clock.now = 29.9
    assert not buckets.take("a", per_minute=2).allowed
    clock.now = 30.0
    assert buckets.take("a", per_minute=2).allowed


def test_a_refused_call_costs_nothing() -> None:
    clock = Clock()
    buckets = Buckets(clock=clock)
    buckets.take("a", per_minute=1)
    for second in range(60):
        clock.now = float(second)
        assert not buckets.take("a", per_minute=1).allowed
    clock.now = 60.0
    assert buckets.take("a", per_minute=1).allowed


def test_callers_do_not_share() -> None:
    buckets = Buckets()
    assert buckets.take("a", per_minute=1).allowed
    assert buckets.take("b", per_minute=1).allowed


def test_memory_is_bounded_and_the_longest_unused_goes() -> None:
    buckets = Buckets(most=2, clock=Clock())
    for name in ("a", "b", "a", "c"):
        buckets.take(name, per_minute=2)
    assert len(buckets) == 2
    assert not buckets.take("a", per_minute=2).allowed


def test_the_api_says_what_is_left_then_refuses(api: Client, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 2
    answer = api.get("/api/v1/notes/1")
    assert answer["RateLimit-Limit"] == "2"
    assert answer["RateLimit-Remaining"] == "1"
    assert int(answer["RateLimit-Reset"]) == 30
    api.get("/api/v1/notes/1")
    answer = api.get("/api/v1/notes/1")
    assert answer.status_code == 429
    assert answer.json()["code"] == "too-many"
    assert 1 <= int(answer["Retry-After"]) <= 30
    assert answer["RateLimit-Remaining"] == "0"


def test_wrong_tokens_from_one_address_are_limited(settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 2
    guesser = Client(headers={"Authorization": "Bearer guess"})
    statuses = [guesser.get("/api/v1/notes/1").status_code for _ in range(4)]
    assert statuses == [401, 401, 429, 429]


def test_zero_means_no_limit(api: Client, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 0
    assert "RateLimit-Limit" not in api.get("/api/v1/notes/1")


# -- several processes ----------------------------------------------------------------------------
@pytest.mark.django_db
def test_processes_count_together() -> None:
    clock = Clock()
    clock.now = 600.0
    processes = [SharedCounts(clock=clock) for _number in range(3)]
    allowed = [processes[turn % 3].take("a", per_minute=10).allowed for turn in range(30)]
    assert sum(allowed) == 10
    assert processes[0].take("b", per_minute=10).allowed
    refused = processes[1].take("a", per_minute=10)
    assert (refused.allowed, refused.remaining, refused.wait) == (False, 0, 60.0)
    clock.now = 660.0
    assert processes[2].take("a", per_minute=10).allowed


@pytest.mark.django_db
def test_the_limit_is_never_passed_and_nearly_reached_by_blocks() -> None:
    clock = Clock()
    processes = [SharedCounts(clock=clock) for _number in range(4)]
    allowed = sum(processes[turn % 4].take("a", per_minute=1000).allowed for turn in range(2000))
    assert 1000 - 4 * 20 <= allowed <= 1000


@pytest.mark.django_db
def test_a_call_in_a_block_costs_no_query(django_assert_num_queries: Any) -> None:
    counts = SharedCounts(clock=Clock())
    with django_assert_num_queries(1):
        for _turn in range(20):
            counts.take("a", per_minute=1000)
    with django_assert_num_queries(1):
        counts.take("a", per_minute=1000)
    spent = SharedCounts(clock=Clock())
    with django_assert_num_queries(1):
        for _turn in range(50):
            spent.take("b", per_minute=1)


@pytest.mark.django_db
def test_what_is_over_is_forgotten() -> None:
    clock = Clock()
    counts = SharedCounts(clock=clock)
    counts.take("a", per_minute=10)
    clock.now = 6000.0
    counts.take("a", per_minute=10)
    assert forget_before(50) == 1
    assert CallCount.objects.get().minute == 100


@pytest.mark.django_db
def test_the_api_counts_with_the_others(
    api: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_RATE_SHARED, settings.API_RATE_PER_MINUTE = True, 2
    clock = Clock()
    mine, other = SharedCounts(clock=clock), SharedCounts(clock=clock)
    monkeypatch.setattr(throttle, "_shared", mine)
    other.take("token:3", per_minute=2)
    assert api.get("/api/v1/notes/1").status_code == 200
    assert api.get("/api/v1/notes/1").status_code == 429


def test_a_database_that_does_not_answer_refuses_nobody(
    api: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_RATE_SHARED, settings.API_RATE_PER_MINUTE = True, 2

    def fail(*_args: Any) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr(shared_counts, "_add", fail)
    monkeypatch.setattr(throttle, "_shared", SharedCounts())
    statuses = [api.get("/api/v1/notes/1").status_code for _turn in range(3)]
    assert statuses == [200, 200, 429]
