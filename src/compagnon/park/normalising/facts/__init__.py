"""Data files of facts, read by `load`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """Give one file of facts, by its name without ``.toml``."""
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text("utf-8"))
