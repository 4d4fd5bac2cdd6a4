"""How often a caller may call."""

from __future__ import annotations

from typing import Any

from django.test import Client

from compagnon.core.api.throttle import Buckets


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
