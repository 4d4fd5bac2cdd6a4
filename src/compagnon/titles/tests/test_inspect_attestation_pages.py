"""The pages of attestations, looked at in Chromium: both languages, both widths, axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from compagnon.people.tests import factories as people
from compagnon.titles.tests import attesting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_every_page_is_sound(inspect: Callable[..., Any]):
    cast = people.cast()
    attesting.keys()
    row = attesting.attestation(cast.client_a)
    account = cast.administrator.account
    for path in (
        "/titles/attestations/",
        "/titles/attestations/issue/",
        f"/titles/attestations/{row.pk}/",
        f"/titles/verify/{row.token}",
    ):
        inspect(path, account)
