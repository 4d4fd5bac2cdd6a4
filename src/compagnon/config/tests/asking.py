"""Asking the whole API by requests that are invented from its own document."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from compagnon.config.api import document
from compagnon.config.tests import world
from compagnon.config.tests.walking import Route
from compagnon.config.wsgi import application

EXAMPLES = int(os.environ.get("COMPAGNON_SCHEMATHESIS_EXAMPLES", "8"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]

# What is done to a ticket that waits for its user's answer.
OF_SOLVED = {"accept_ticket", "refuse_ticket", "reopen_ticket"}


# From this length a text's own pattern («no NUL») takes a third of a second each time it is read,
# as it is told anew with the lengths in it: ``[^\x00]{1,100000}``.
LONG_TEXT = 2_000
NO_NUL = r"^[^\x00]*$"


def without_patterns(told: Any) -> Any:
    """Give a schema without the patterns of long texts; their lengths stay."""
    if isinstance(told, list):
        return [without_patterns(one) for one in told]
    if not isinstance(told, dict):
        return told
    length = told.get("maxLength")
    is_long = isinstance(length, int) and length >= LONG_TEXT and told.get("pattern") == NO_NUL
    kept = {name: one for name, one in told.items() if not (is_long and name == "pattern")}
    return {name: without_patterns(one) for name, one in kept.items()}


def described(*, whole: bool = False) -> Any:
    """Give the API as its document describes it, to be asked without a server.

    ``whole``: with the patterns of long texts.
    """
    generation = GenerationConfig(deterministic=True, max_examples=EXAMPLES, database="none")
    projects = ProjectsConfig(default=ProjectConfig(generation=generation))
    told = document() if whole else without_patterns(document())
    found = schemathesis.openapi.from_dict(told, config=SchemathesisConfig(projects=projects))
    found.app = application
    return found


class Caller:
    """Somebody who may do everything, and what stands in the database for them to name."""

    def __init__(self) -> None:
        self.world = world.build()
        self.headers = {"Authorization": f"Bearer {world.token(self.world.administrator)}"}
        side = self.world.a
        self.keys = {
            "organisation_id": side.organisation.pk, "site_id": side.site.pk,
            "person_id": side.person.pk, "requester_id": side.person.pk,
            "beneficiary_id": side.person.pk, "assignee_id": side.manager.pk,
            "team_id": side.team.pk, "to_team_id": self.world.upper.pk,
            "to_person_id": side.manager.pk, "manager_id": side.manager.pk,
        }  # fmt: skip
        self.calls = itertools.count()
        self.addresses: dict[str, str] = {}

    def address(self, template: str, operation: str) -> str:
        """Give the address of an operation on objects that exist; found once, as some delete."""
        if operation not in self.addresses:
            found = Route(template).addresses(self.world.a)[0]
            if operation in OF_SOLVED:
                found = found.replace(*(str(one.pk) for one in self.world.a.tickets[:2]))
            self.addresses[operation] = found
        return self.addresses[operation]

    def aim(self, case: Any) -> None:
        """Make a valid request name things that exist, so that it goes further than a 404."""
        if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
            return
        if next(self.calls) % 2:
            # A tag that was made up is stale: half of the time there is none.
            case.headers.pop("If-Match", None)
        if case.path_parameters:
            template = case.path.lstrip("/").replace("{", "<").replace("}", ">")
            address = self.address(template, case.operation.definition.raw["operationId"])
            parts = zip(template.split("/"), address.lstrip("/").split("/"), strict=True)
            for name, value in parts:
                if name.startswith("<"):
                    case.path_parameters[name.strip("<>")] = value
        if isinstance(case.body, dict):
            for name in case.body.keys() & self.keys.keys():
                case.body[name] = self.keys[name]


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[Caller]:
    """The caller's world, made once; each test puts back what it changed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Caller()
        transaction.set_rollback(True)


@pytest.fixture
def caller(standing: Caller, db: None, settings: Any) -> Iterator[Caller]:
    settings.API_RATE_PER_MINUTE = 0
    # The end of a real request closes the database, and with it the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield standing
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def run(case: Any, caller: Caller) -> None:
    caller.aim(case)
    case.call_and_validate(headers=caller.headers, checks=CHECKS)
