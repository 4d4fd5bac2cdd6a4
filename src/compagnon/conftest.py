"""Fixtures for every room's tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

# Fixtures for tests that drive Chromium.
from compagnon.ui.tests.browser import (  # noqa: F401
    browser_type_launch_args,
    inspect,
    open_page,
    windows,
)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real inputs, where there is one beside the checkout."""
    given = os.environ.get("COMPAGNON_SHARED_DATA")
    folder = Path(given) if given else Path(__file__).parents[3] / "shared/data"
    if not folder.is_dir():
        pytest.skip("no folder of real inputs (COMPAGNON_SHARED_DATA)")
    return folder


@pytest.fixture
def cast(db: None) -> Any:
    """The fixed small cast: a provider, two clients, their people (``people.tests.factories``)."""
    from compagnon.people.tests import factories

    return factories.cast()


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:
    """Give ``signed_in(organisation, "verb", …)``: a browser of somebody who holds just those.

    With ``language`` (``"fr"`` unless given), which their pages speak.
    """
    from compagnon.people.tests import factories

    def sign_in(organisation: Any, *verbs: str, language: str = "fr") -> Client:
        person = factories.person(organisation, language=language)
        if verbs:
            factories.grant(person, factories.role(verbs=set(verbs)), organisation)
        client = Client()
        client.force_login(factories.account(person))
        return client

    return sign_in
