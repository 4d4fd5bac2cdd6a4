"""What a fault leaves in the log: where it happened, and not what the variables held."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from compagnon.config import logs


@pytest.fixture(autouse=True)
def _logs_put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    kept = structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**kept)


def _fail(secret: str) -> None:
    raise ValueError(f"{len(secret)} letters")


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_fault_shows_no_variable(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure({"level": "INFO", "format": form})
    password = "correct horse"
    try:
        _fail(password)
    except ValueError:
        logging.getLogger("test").exception("it failed")
    told = capsys.readouterr().err
    assert "ValueError: 13 letters" in told
    assert "correct horse" not in told
    assert "in _fail" in told
