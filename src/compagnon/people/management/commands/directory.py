"""``compagnon directory list|test|preview|sync NAME``: people and groups of a directory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from compagnon.core import commands
from compagnon.core.actor import Actor, Source
from compagnon.core.commands import Answer, Failed, Misused
from compagnon.people import directory_words, queries_directories
from compagnon.people.models import (
    Directory,
    DirectoryRun,
    DirectoryRunState,
    DirectoryStep,
    DirectoryStepState,
)
from compagnon.people.services import directory_runs

SHOWN = 40
VERBS = ("list", "test", "preview", "sync")


class Command(commands.Command):
    """Read a directory here and now, as the pages do in the background."""

    help = (
        "Show directories (list), try one (test), tell what would change (preview), or change it "
        "(sync). See docs/operate/directory.md."
    )

    def arguments(self, parser: CommandParser) -> None:
        """What to do, with which directory."""
        parser.add_argument("action", choices=VERBS, metavar="ACTION", help=", ".join(VERBS))
        parser.add_argument("name", nargs="?", default="", help="its name or its number")
        parser.add_argument(
            "--confirm", action="store_true", help="sync although more people than the ceiling "
            "would lose something",
        )  # fmt: skip

    def carry_out(self, **options: Any) -> Answer:
        """Do it, and print what came of it."""
        if options["action"] == "list":
            return _listed()
        directory = _named(options["name"])
        if options["action"] == "test":
            return _tried(directory)
        actor = Actor.system("directory", source=Source.COMMAND)
        run = directory_runs.preview(actor=actor, directory=directory, background=False)
        directory_runs.read(run.pk)
        run = _done(run)
        if options["action"] == "sync":
            directory_runs.apply(
                actor=actor, run=run, confirmed=options["confirm"], background=False
            )
            directory_runs.apply_previewed(run.pk)
            run = _done(run)
        return _told(run)


def _named(name: str) -> Directory:
    if not name:
        raise Misused(_("Name the directory: compagnon directory list"))
    found = Directory.objects.filter(name=name).first()
    if found is None and name.isascii() and name.isdecimal() and len(name) < 19:
        found = Directory.objects.filter(pk=int(name)).first()
    if found is None:
        raise Misused(_("There is no directory «%(name)s».") % {"name": name})
    return found


def _done(run: DirectoryRun) -> DirectoryRun:
    run = DirectoryRun.objects.select_related("directory").get(pk=run.pk)
    if run.state == DirectoryRunState.FAILED:
        words, said = directory_words.in_words(run.error)
        raise Failed(f"{words} ({said})" if said else str(words))
    if run.state == DirectoryRunState.STALE:
        raise Failed(_("The directory changed meanwhile: nothing was done. Run it again."))
    return run


def _listed() -> Answer:
    rows = Directory.objects.select_related("organisation")
    items = [
        {
            "id": row.pk,
            "name": row.name,
            "organisation": row.organisation.name,
            "url": row.url,
            "is_active": row.is_active,
            "people": row.links.filter(suspended_at=None).count(),
            "suspended": row.links.exclude(suspended_at=None).count(),
            "ok_at": row.ok_at,
            "error": row.error,
        }
        for row in rows
    ]
    return Answer(
        items=items,
        lines=[f"{one['id']:>4}  {one['name']}  {one['url']}  {one['people']}" for one in items],
    )


def _tried(directory: Directory) -> Answer:
    found = queries_directories.try_directory(directory)
    if not found.is_ok:
        words = directory_words.FAILURES.get(found.code, found.code)
        raise Failed(" ".join(filter(None, (str(words), found.detail))))
    facts = {
        "directory": directory.name,
        "people": found.people,
        "groups": found.groups,
        "disabled": found.disabled,
        "without_mail": found.without_mail,
        "unusable": found.unusable,
    }
    first = [
        {"stable_id": one.stable_id, "dn": one.dn, "login": one.login, "label": one.label}
        for one in found.first_people
    ]
    return Answer(
        items=first, facts=facts, lines=[f"{name}: {value}" for name, value in facts.items()]
    )


def _told(run: DirectoryRun) -> Answer:
    steps = list(run.steps.order_by("position"))
    gifts = directory_words.gifts(steps)
    refused = [one for one in steps if one.state == DirectoryStepState.REFUSED]
    return Answer(
        items=[_item(one, gifts.get(one.pk, "")) for one in steps],
        facts={
            "directory": run.directory.name,
            "run": run.pk,
            "state": run.state,
            "people": run.people,
            "groups": run.groups,
            "counts": run.counts,
            "losses": run.losses,
            "is_above_ceiling": directory_runs.is_above_ceiling(run),
            "done": sum(one.state == DirectoryStepState.DONE for one in steps),
            "refused": len(refused),
        },
        lines=list(_lines(run, steps, gifts)),
        failed=[one.label for one in refused],
    )


def _item(step: DirectoryStep, gift: str) -> dict[str, Any]:
    team_id, role_id, organisation_id = step.values.get("gift") or (None, None, None)
    return {
        "action": step.action,
        "stable_id": step.stable_id,
        "label": step.label,
        "person": step.person_id,
        "changes": step.changes,
        "gift": gift,
        "team": team_id,
        "role": role_id,
        "organisation": organisation_id,
        "code": step.code,
        "reason": directory_words.reason(step),
        "state": step.state,
    }


def _lines(run: DirectoryRun, steps: list[DirectoryStep], gifts: dict[int, str]) -> Iterator[str]:
    yield _("%(name)s: %(people)s people, %(groups)s groups; %(state)s") % {
        "name": run.directory.name,
        "people": run.people,
        "groups": run.groups,
        "state": run.get_state_display(),
    }
    for step in steps[:SHOWN]:
        told = " ".join(filter(None, (gifts.get(step.pk), directory_words.reason(step))))
        yield f"  {step.get_action_display()}: {step.label} {told}".rstrip()
    if len(steps) > SHOWN:
        yield _("  … and %(count)s more: see --json") % {"count": len(steps) - SHOWN}
    if not steps:
        yield _("  Everything is as the directory says.")
