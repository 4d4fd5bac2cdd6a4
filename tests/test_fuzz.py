"""The fuzzing harnesses run for a while and find nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).parent / "fuzz/inventories.py"


def fuzzed(*asked: str) -> dict[str, float]:
    run = subprocess.run(
        [sys.executable, str(HARNESS), *asked],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4_000:]
    told: dict[str, float] = json.loads(run.stdout.strip().splitlines()[-1])
    return told


def test_the_corpus_that_was_kept_finds_nothing() -> None:
    told = fuzzed("--seconds", "1")
    assert told["requests"] > 100
    assert told["slowest"] < 5
    assert told["peak_megabytes"] < 256


@pytest.mark.long
def test_an_hours_budget_finds_nothing() -> None:
    told = fuzzed("--seconds", os.environ.get("COMPAGNON_FUZZ_SECONDS", "3600"))
    assert told["slowest"] < 5
    assert told["peak_megabytes"] < 256


@pytest.mark.long
def test_the_heaviest_requests_stay_within_memory_and_time() -> None:
    told = fuzzed("--worst")
    assert told["requests"] == 12
    assert told["peak_megabytes"] < 256
