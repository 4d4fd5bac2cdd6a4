"""A directory of each client, with a preview, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from compagnon.people.models import (
    Directory,
    DirectoryGift,
    DirectoryLink,
    DirectoryRule,
    DirectoryRun,
    DirectoryStep,
)
from compagnon.people.tests import factories

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client a directory out of use, and somebody of it who is left alone."""
    number = Directory.objects.count()
    directory = Directory.objects.create(
        organisation=side.organisation, name=f"Annuaire {mark} {number}", is_active=False,
        url=f"ldaps://{side.mark.lower()}.invalid", base=f"o={mark}", error=f"server: {mark}",
        people_filter="(objectClass=person)", group_filter="(objectClass=groupOfNames)",
    )  # fmt: skip
    rule = DirectoryRule.objects.create(directory=directory, group=f"Groupe {mark}", team=side.team)
    person = factories.person(side.organisation, "Léo", f"{mark}-Annuaire")
    link = DirectoryLink.objects.create(
        directory=directory, person=person, stable_id=f"{mark}-{number}", login=mark
    )
    DirectoryGift.objects.create(link=link, team=side.team)
    run = DirectoryRun.objects.create(
        directory=directory, state="ready", asked_by=side.manager, asked_at=timezone.now(),
        read_at=timezone.now(), people=1, counts={"change": 1, "conflict": 1},
    )  # fmt: skip
    DirectoryStep.objects.create(
        run=run, position=0, action="change", stable_id=link.stable_id, label=f"Léo {mark}",
        person=person, changes={"last_name": [mark, f"{mark}-Annuaire"]},
    )  # fmt: skip
    step = DirectoryStep.objects.create(
        run=run, position=1, action="conflict", label=f"Zoé {mark}", code="rights", person=person,
        stable_id=mark,
    )  # fmt: skip
    side.objects.update(
        directory=directory, directory_rule=rule, directory_run=run, directory_step=step
    )


def kept(name: str) -> Callable[[Any], list[Any]]:
    """Name one of a side's objects."""
    return lambda side: [side.objects[name].pk]


PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "people/directories/<pk>": kept("directory"),
    "people/directories/<pk>/groups/<rule_id>": kept("directory_rule"),
    "people/directories/runs/<pk>": kept("directory_run"),
    "people/directories/runs/<pk>/steps/<step_id>": kept("directory_step"),
    "api/v1/directories/<directory_id>": kept("directory"),
    "api/v1/directories/<directory_id>/groups/<rule_id>": kept("directory_rule"),
    "api/v1/directory-runs/<run_id>": kept("directory_run"),
    "api/v1/directory-runs/<run_id>/steps/<step_id>": kept("directory_step"),
}
# Each page, and the operations that do what it does.
TWINS: Mapping[str, str] = {
    "people/persons/<pk>/local-password/": "POST /accounts/{account_id}/local-password",
    "people/directories/": "GET /directories",
    "people/directories/add/": "POST /directories",
    "people/directories/<pk>/":
        "GET /directories/{directory_id}, GET /directories/{directory_id}/groups, "
        "GET /directories/{directory_id}/runs",
    "people/directories/<pk>/change/": "PATCH /directories/{directory_id}",
    "people/directories/<pk>/delete/": "DELETE /directories/{directory_id}",
    "people/directories/<pk>/try/": "POST /directories/{directory_id}/test",
    "people/directories/<pk>/preview/": "POST /directories/{directory_id}/runs",
    "people/directories/<pk>/groups/": "POST /directories/{directory_id}/groups",
    "people/directories/<pk>/groups/<rule_id>/remove/":
        "DELETE /directories/{directory_id}/groups/{rule_id}",
    "people/directories/runs/<pk>/":
        "GET /directory-runs/{run_id}, GET /directory-runs/{run_id}/steps",
    "people/directories/runs/<pk>/apply/": "POST /directory-runs/{run_id}/apply",
    "people/directories/runs/<pk>/steps/<step_id>/link/":
        "POST /directory-runs/{run_id}/steps/{step_id}/link",
}  # fmt: skip
