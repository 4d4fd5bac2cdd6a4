"""Fixtures of the tests that see the whole product."""

from __future__ import annotations

from compagnon.conftest import cast, shared_data, signed_in

__all__ = ["cast", "shared_data", "signed_in"]
