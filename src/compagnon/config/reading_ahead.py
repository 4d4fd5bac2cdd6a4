"""Reading what the first page of its kind would otherwise wait for."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.template.loader import get_template

from compagnon.contracts.clock import canonical_rule, holidays_of


def read_ahead() -> None:
    """Read every template, and the public holidays; a second or so of a processor."""
    for room in apps.get_app_configs():
        if not room.name.startswith("compagnon."):
            continue
        templates = Path(room.path) / "templates"
        for path in sorted(templates.rglob("*.html")):
            get_template(path.relative_to(templates).as_posix())
    holidays_of(canonical_rule("FR"), 2000)
