"""The reference of the API: the whole of it, and what Chromium and axe make of each of its shapes.

A page of hundreds of operations costs axe a minute. Here a few operations, chosen so that every
shape of markup and the longest words are among them, are looked at by everybody; and every other
operation is shown to have no shape that these have not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compagnon.config import api
from compagnon.people.tests import factories

Document = dict[str, Any]
# Attributes whose values name one operation; of the others the value is part of the shape.
OWN = {"id", "aria-label", "aria-labelledby", "href"}
VOID = {"br", "hr", "img", "wbr"}


@dataclass
class Shapes(HTMLParser):
    """The elements of a page: each as the path of tags and attributes that leads to it."""

    found: set[str] = field(default_factory=set)
    ids: Counter[str] = field(default_factory=Counter)
    longest: int = 0
    _path: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        shown = (f"{name}" if name in OWN else f"{name}={value}" for name, value in attrs)
        self._path.append(f"{tag}[{','.join(sorted(shown))}]")
        self.found.add(">".join(self._path))
        if tag in VOID:
            self._path.pop()
        self.ids.update(value for name, value in attrs if name == "id" and value)

    def handle_endtag(self, tag: str) -> None:
        """Go up."""
        self._path.pop()

    def handle_data(self, data: str) -> None:
        """Note the longest word."""
        self.longest = max([self.longest, *map(len, data.split())])


def shapes(described: Document) -> Shapes:
    seen = Shapes()
    seen.feed(api.drawn(described))
    assert not seen._path
    return seen


def alone(whole: Document, *chosen: tuple[str, str]) -> Document:
    """Give the document with these operations (path, method) and no others."""
    paths: dict[str, Any] = {}
    for path, method in chosen:
        paths.setdefault(path, {})[method] = whole["paths"][path][method]
    return {**whole, "paths": paths}


def chosen() -> Document:
    """Give operations that hold every shape of the reference, and its longest word."""
    whole = api.document()
    wanted = shapes(whole)
    each = {
        (path, method): shapes(alone(whole, (path, method)))
        for path, methods in whole["paths"].items()
        for method in methods
    }
    longest = max(each, key=lambda one: each[one].longest)
    taken, seen = [longest], set(each[longest].found)
    for one, held in each.items():
        if not held.found <= seen:
            taken.append(one)
            seen |= held.found
    assert seen == wanted.found
    assert len(taken) < 20
    return alone(whole, *taken)


def test_every_operation_is_there_once(client: Client) -> None:
    page = client.get(reverse("api_reference")).content.decode()
    seen = shapes(api.document())
    assert api.reference_body() in page
    operations = [
        operation["operationId"]
        for methods in api.document()["paths"].values()
        for operation in methods.values()
    ]
    assert len(operations) > 200
    assert set(operations) <= set(seen.ids)
    assert not [name for name, times in seen.ids.items() if times > 1]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_it_serves_everybody(inspect: Any, monkeypatch: Any) -> None:
    described = chosen()
    monkeypatch.setattr(api, "reference_body", lambda: api.drawn(described))

    def unfold(page: Any) -> None:
        for summary in page.locator("details > summary").all():
            summary.click()
        assert page.locator("details[open]").count() >= len(described["paths"])

    inspect("/api/v1/docs", factories.cast().administrator.account, prepare=unfold)
