"""Every route of the product with its parameters filled in, and what leaks through them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from compagnon.config.tests.world import MARK, PARAMETERS, ROWS, SOUGHT, Side, World
from compagnon.core.crud import all_resources

# Routes that are not walked, by their beginning, and why.
LEFT_OUT: Mapping[str, str] = {
    "account/": "allauth's pages show the account of whoever has signed in, and take no key",
    "ui/components/": "what pages are made of, shown with invented content where a setting asks",
    "api/v1/<address>": "it only says that there is no such address",
    "answer/<token>": "the link is the right itself: whoever holds the mail may answer",
    "approve/<token>": "the link is the right itself: whoever holds the mail may decide",
    "calendar/<secret>": "the link is the right itself: whoever holds it reads a person's own",
    "sign/<token>": "the link is the right itself: whoever holds it may sign",
    "titles/verify/<token>": "the link is the right itself: whoever holds the paper may check it",
    "titles/status/<list_id>": "a list of withdrawals is bits without names, for any verifier",
}
# What shows a key of client A to everybody who may ask, and why that is no leak.
SHARED: Mapping[str, str] = {
    "portal/catalogue/": "what may be asked for is the same for everybody",
    "people/roles/<pk>": "a role is a set of verbs of the whole installation, not of a client",
    "api/v1/roles/<role_id>": "the same",
    "calendars/<calendar_id>": "opening hours are the installation's; contracts choose among them",
    "api/v1/calendars/<calendar_id>": "the same",
    "catalogue/services/<pk>": "the catalogue is what the provider offers to everybody",
    "catalogue/request-types/<pk>": "the same",
    "api/v1/services/<row_id>": "the same",
    "api/v1/request-types/<row_id>": "the same",
    "desk/categories/<pk>": "the subjects of requests are the installation's",
    "api/v1/categories/<row_id>": "the same",
    "desk/wait-reasons/<pk>": "for what tickets wait is the installation's",
    "api/v1/wait-reasons/<row_id>": "the same",
    "desk/activity-types/<pk>": "what time is spent on is the installation's",
    "api/v1/activity-types/<row_id>": "the same",
    "park/energy-profiles/<pk>": "figures of types are the installation's",
    "api/v1/energy-profiles/<row_id>": "the same",
    "park/grid-factors/<pk>": "what electricity costs the climate is a country's",
    "api/v1/grid-factors/<row_id>": "the same",
    "park/relation-kinds/<pk>": "kinds of relations are the installation's",
    "api/v1/relation-kinds/": "the same",
    "park/export/": "names of lists and formats; what they hold is what the caller sees",
    "api/v1/park-export/": "the same",
    "park/types/<pk>": "types of assets are the installation's",
    "api/v1/asset-types/": "the same",
    "titles/referentials/versions/<version_id>": "referentials are read by everybody",
    "api/v1/title-versions/<version_id>": "the same",
    "titles/rules/<set_id>": "rule sets come with the program",
    "api/v1/rule-sets/<set_id>": "the same",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the product: ``desk/tickets/<ticket_id>``."""

    template: str

    @property
    def parameters(self) -> list[str]:
        """The names in it, in order."""
        return re.findall(r"<(\w+)>", self.template)

    @property
    def is_shared(self) -> bool:
        """Whether what it names belongs to no client."""
        return any(self.template.startswith(start) for start in SHARED)

    def places(self) -> list[str]:
        """Where each parameter stands: the route up to it."""
        found = re.finditer(r"<\w+>", self.template)
        return [self.template[: match.end()] for match in found]

    def addresses(self, side: Side) -> list[str]:
        """Give the route's addresses for the objects of a side.

        Raises:
            LookupError: nothing says which object a parameter names.
        """
        found = [""]
        at = 0
        for match, key in zip(re.finditer(r"<\w+>", self.template), self.places(), strict=True):
            values = named(key, side)
            between = self.template[at : match.start()]
            found = [f"{start}{between}{value}" for start in found for value in values]
            at = match.end()
        return [f"/{start}{self.template[at:]}" for start in found]

    def tried(self, side: Side) -> list[str]:
        """Give the addresses; none where nothing says what is named: ``test_visibility`` tells."""
        try:
            return self.addresses(side)
        except LookupError:
            return []


def named(key: str, side: Side) -> list[Any]:
    """Give what a parameter stands for, of a side's objects.

    Raises:
        LookupError: nothing says it.
    """
    if key in PARAMETERS:
        return PARAMETERS[key](side)
    for resource in all_resources().values():
        page = resource.url("list").lstrip("/")
        if key in {f"{page}<pk>", f"api/v1/{resource.plural.replace('_', '-')}/<row_id>"}:
            if resource.model not in ROWS:
                raise LookupError(f"no row of {resource.key}: see ROWS in config/tests/world.py")
            return [ROWS[resource.model](side).pk]
        if key == f"{page}options/<name>":
            model = resource.model
            return [name for name in resource.form if model._meta.get_field(name).is_relation]
    raise LookupError(f"nothing says what «{key}» names: see PARAMETERS in config/tests/world.py")


@dataclass(frozen=True, slots=True)
class Leak:
    """Something of client A that somebody of client B was shown."""

    route: str
    address: str
    why: str


def routes() -> list[Route]:
    """Give every route of the product that is walked."""
    found = dict.fromkeys(_walk(get_resolver(), ""))
    return [
        Route(template)
        for template in found
        if not any(template.startswith(start) for start in LEFT_OUT)
    ]


def _walk(resolver: URLResolver, start: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        template = start + _template(pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, template)
        else:
            yield template


def _template(pattern: URLPattern | URLResolver) -> str:
    text = str(pattern.pattern)
    if not text.startswith("^"):
        return re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", text)
    form, names = normalize(text)[0]
    return str(form) % {name: f"<{name}>" for name in names}


def text_of(answer: Any) -> str:
    """Give everything that an answer says: body, headers."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return headers + "\n" + str(body.decode("utf-8", "replace"))


def leaks(client: Client, world: World, *, under: tuple[str, ...] = ("",)) -> list[Leak]:
    """Read every route as somebody of client B: lists, searches, files, and A's objects by key.

    ``under``: how the addresses that are read begin; all of them, unless told.
    """
    found: list[Leak] = []
    for route in routes():
        if not route.template.startswith(under):
            continue
        addresses = route.addresses(world.a)
        named = bool(route.parameters) and "/options/" not in route.template
        if not route.parameters:
            addresses = [address + query for address in addresses for query in ("", f"?q={SOUGHT}")]
        for address in addresses:
            answer = client.get(address)
            if MARK.lower() in text_of(answer).lower():
                found.append(Leak(route.template, address, f"shows «{MARK}»"))
            elif named and answer.status_code == 200 and not route.is_shared:
                found.append(Leak(route.template, address, "answers 200 for an object of client A"))
    return found


# What anybody may do to what everybody shares, as it changes nothing but what is their own.
OWN: Mapping[str, str] = {
    "api/v1/request-types/<type_id>/draft": "one's own draft of what everybody may ask for",
}


def unsafe_calls(client: Client, world: World) -> Iterator[tuple[str, str, Any]]:
    """Try every other method on A's objects, with nothing and with the document's example."""
    from compagnon.config.api import document

    for path, methods in document()["paths"].items():
        template = re.sub(r"\{(\w+)\}", r"<\1>", path.lstrip("/"))
        if "<" not in template or template in OWN:
            continue
        for method, operation in methods.items():
            if method == "get":
                continue
            media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for address in Route(template).addresses(world.a):
                for body in ({}, media.get("example")):
                    yield (
                        method,
                        address,
                        getattr(client, method)(address, body, content_type="application/json"),
                    )
    for route in routes():
        if route.parameters and not route.template.startswith("api/"):
            for address in route.addresses(world.a):
                yield "post", address, client.post(address, {})
