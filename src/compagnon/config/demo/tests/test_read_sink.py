"""The page of the mail that left the demonstration, whatever its dates."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from compagnon.config.demo import sink


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Sun, 22 Nov 2026 08:30:12 -0000", datetime(2026, 11, 22, 8, 30, 12, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 09:30:12 +0100", datetime(2026, 11, 22, 8, 30, 12, tzinfo=UTC)),
        ("hier", None),
    ],
)
def test_a_date_has_its_zone(date: str, at: Any, tmp_path: Path, settings: Any) -> None:
    settings.MAIL_URL = f"maildir://{tmp_path}"
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new/1.M1P1.host").write_text(f"To: a@b.example\nSubject: x\nDate: {date}\n\nx\n")
    assert [one.at for one in sink.latest()] == [at]
