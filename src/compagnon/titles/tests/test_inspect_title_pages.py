"""Every list, page and form of titles once by axe: French on a phone, English at a desk, in turn.

Pages whose state matters (a jury that deliberates, a grid) are looked at where they are tested.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from compagnon.config.tests import world
from compagnon.config.tests.walking import routes
from compagnon.config.tests.world import World
from compagnon.people.models import Person
from compagnon.people.tests import factories as people
from compagnon.ui.tests.browser import (
    DESK,
    PHONE,
    OpenPage,
    assert_accessible,
    assert_no_sideways_scroll,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = (("fr", PHONE, "light"), ("en", DESK, "dark"))


def pages(everything: World) -> list[tuple[str, Person]]:
    """Give an address for each page and form of the room, and somebody who may open it."""
    side = everything.a
    candidate, juror = side.objects["candidacy"].person, side.objects["juror"].person
    readers = [everything.administrator, candidate, juror]
    clients = []
    for person in readers:
        if not hasattr(person, "account"):
            people.account(person)
        clients.append(world.browser(person))
    found, forms = [], set()
    for route in routes():
        if not route.template.startswith("titles/"):
            continue
        for address in route.addresses(side):
            for person, client in zip(readers, clients, strict=True):
                answer = client.get(address)
                if answer.status_code == 200 and is_page(answer):
                    # Deeds share one page: each form is looked at once.
                    form = type(answer.context.get("form")) if "/do/" in address else None
                    if form is None or form not in forms:
                        found.append((address, person))
                        forms.add(form)
                    break
    return found


def is_page(answer: Any) -> bool:
    return answer["Content-Type"].startswith("text/html") and b"<html" in answer.content


def test_every_page_answers_to_axe(open_page: OpenPage) -> None:
    everything = world.build()
    found = pages(everything)
    assert len(found) > 60, len(found)
    faults = []
    for half, (language, width, theme) in enumerate(LOOKS):
        opened: dict[int, Page] = {}
        for address, person in found[half::2]:
            page = opened.get(person.pk)
            if page is None:
                page = opened[person.pk] = open_page(
                    address, person.account, language=language, width=width, theme=theme
                )
            else:
                page.goto(address)
            try:
                assert page.locator("html").get_attribute("lang") == language
                assert_accessible(page)
                assert_no_sideways_scroll(page)
            except AssertionError as fault:
                faults.append(str(fault))
    assert not faults, "\n".join(faults)
