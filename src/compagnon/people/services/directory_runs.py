"""Synchronising a directory: previewed, carried out as previewed, told to the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Conflict
from compagnon.core.services import service
from compagnon.people import directory as engine
from compagnon.people import policies
from compagnon.people.directory import comparing
from compagnon.people.directory.comparing import Step
from compagnon.people.directory.types import Contents, DirectoryFailed
from compagnon.people.directory_checks import next_time
from compagnon.people.directory_state import acting, here, source_of
from compagnon.people.models import (
    DIRECTORY_UNDER_WAY,
    Directory,
    DirectoryRun,
    DirectoryRunState,
    DirectoryStep,
    DirectoryStepState,
)
from compagnon.people.services import rows
from compagnon.people.services.directories import VERB
from compagnon.people.services.directory_steps import carry_out as carry_out_step

ABANDONED = timedelta(hours=2)
KEPT_RUNS = 50
FEW = 5
"""So many may always be lost at once: a share of three people is no measure."""


@service("directory.manage")
def preview(
    *, actor: Actor, directory: Directory, goes_on: bool = False, background: bool = True
) -> DirectoryRun:
    """Have a directory read in the background, and told what would change; nothing changes.

    Args:
        goes_on: carry it out at once, unless it would take from more people than the ceiling.
        background: false for who calls :func:`read` at once, a command.

    Raises:
        Refused: the actor may not.
        Conflict: it is out of use, or being read already.
    """
    row = rows.lock(directory)
    policies.check(actor, VERB, row.organisation_id)
    if not row.is_active:
        raise Conflict(_("This directory is out of use."))
    now = timezone.now()
    under_way = row.runs.filter(state__in=DIRECTORY_UNDER_WAY)
    under_way.filter(asked_at__lt=now - ABANDONED, started_at=None).update(
        state=DirectoryRunState.FAILED, error="broken", ended_at=now
    )
    if under_way.exists():
        raise Conflict(_("This directory is being read already."))
    run = DirectoryRun(directory=row, goes_on=goes_on, asked_by_id=actor.id, asked_at=now)
    rows.write(run.save)
    row.next_at = next_time(row, now=now)
    row.save(update_fields=["next_at"])
    journal.record(
        actor=actor,
        verb="directory.preview",
        subject=row,
        after={"run": run.pk, "goes_on": goes_on},
    )
    if background:
        from compagnon.people.tasks_directories import read_directory

        read_directory.enqueue(run.pk)
    return run


@service("directory.manage")
def apply(
    *, actor: Actor, run: DirectoryRun, confirmed: bool = False, background: bool = True
) -> DirectoryRun:
    """Carry out what was previewed, in the background, if another reading gives the same.

    Args:
        confirmed: although it takes from more people than the ceiling.
        background: false for who calls :func:`apply_previewed` at once, a command.

    Raises:
        Refused: the actor may not.
        Conflict: it is not a preview, or above the ceiling and not confirmed.
    """
    directory = rows.lock(run.directory)
    policies.check(actor, VERB, directory.organisation_id)
    row = rows.lock(run)
    if row.state != DirectoryRunState.READY or row.is_applied:
        raise Conflict(_("This is not a preview that can be carried out: preview again."))
    if not directory.is_active:
        raise Conflict(_("This directory is out of use."))
    if is_above_ceiling(row) and not confirmed:
        raise Conflict(_("More people than the ceiling would lose something: confirm it."))
    row.state, row.is_applied, row.is_confirmed = DirectoryRunState.WAITING, True, confirmed
    row.started_at = None
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "is_applied", "is_confirmed", "started_at"])
    except IntegrityError:
        raise Conflict(_("This directory is being read already.")) from None
    journal.record(
        actor=actor,
        verb="directory.apply",
        subject=directory,
        after={"run": row.pk, "confirmed": confirmed},
    )
    if background:
        from compagnon.people.tasks_directories import apply_directory

        apply_directory.enqueue(row.pk)
    return row


def is_above_ceiling(run: DirectoryRun) -> bool:
    """Tell whether more people would lose something than the directory's ceiling lets."""
    allowed = max(FEW, run.linked * run.directory.ceiling_percent // 100)
    if run.directory.ceiling_percent == 0:
        allowed = 0
    return run.losses > allowed


def has_work(run: DirectoryRun) -> bool:
    """Tell whether a preview would change anything."""
    return any(number for name, number in run.counts.items() if name != "conflict")


# -- in the background ----------------------------------------------------------------------------
def read(run_id: int) -> None:
    """Read the directory and write the plan; carry it out if it was asked to go on."""
    run = _run(run_id)
    if run.state == DirectoryRunState.APPLYING and run.goes_on:
        # Whoever carried it out died.
        _carry_out(run)
        return
    if run.state not in {DirectoryRunState.WAITING, DirectoryRunState.READING} or run.is_applied:
        return
    run.state = DirectoryRunState.READING
    run.save(update_fields=["state"])
    try:
        contents, steps = _planned(run.directory)
    except DirectoryFailed as error:
        _fail(run, error)
        return
    _write(run, contents, steps)
    if not run.goes_on:
        return
    if is_above_ceiling(run):
        _note(run.directory, "ceiling")
        return
    run.is_applied, run.state = True, DirectoryRunState.APPLYING
    run.started_at = timezone.now()
    run.save(update_fields=["is_applied", "state", "started_at"])
    _carry_out(run)


def apply_previewed(run_id: int) -> None:
    """Carry out a preview if it still holds; one that was interrupted goes on where it was."""
    run = _run(run_id)
    if not run.is_applied or run.state not in DIRECTORY_UNDER_WAY:
        return
    if run.started_at is None:
        try:
            contents, steps = _planned(run.directory)
        except DirectoryFailed as error:
            _fail(run, error)
            return
        if comparing.digest(steps) != run.digest:
            run.state, run.ended_at = DirectoryRunState.STALE, timezone.now()
            run.save(update_fields=["state", "ended_at"])
            _end_in_journal(run, {"people": len(contents.people)})
            return
        run.state, run.started_at = DirectoryRunState.APPLYING, timezone.now()
        run.save(update_fields=["state", "started_at"])
    _carry_out(run)


def due() -> list[int]:
    """Give the directories whose time has come."""
    found = Directory.objects.filter(is_active=True, next_at__lte=timezone.now())
    return list(found.order_by("next_at").values_list("pk", flat=True)[:20])


def begin_due(directory_id: int) -> None:
    """Begin the synchronisation of a directory whose time has come, unless one is under way."""
    directory = Directory.objects.filter(pk=directory_id, is_active=True).first()
    if directory is None:
        return
    Directory.objects.filter(pk=directory_id).update(
        next_at=next_time(directory, now=timezone.now())
    )
    if not directory.runs.filter(state__in=DIRECTORY_UNDER_WAY).exists():
        preview(actor=Actor.system("directory"), directory=directory, goes_on=True)


def _run(run_id: int) -> DirectoryRun:
    rows_ = DirectoryRun.objects.select_related(
        "directory__organisation", "directory__set_by__organisation"
    )
    return rows_.get(pk=run_id)


def _planned(directory: Directory) -> tuple[Contents, list[Step]]:
    _check_in_use(directory)
    setter = directory.set_by
    if setter is not None and not acting(setter).scope.allows(VERB, directory.organisation_id):
        raise DirectoryFailed("setter", str(setter))
    contents = engine.driver().read(source_of(directory))
    if not contents.people:
        # A filter or a base that finds nobody would otherwise suspend everybody.
        raise DirectoryFailed("empty", directory.base)
    state, unfound = here(directory, contents)
    return contents, [*comparing.plan(contents, state), *unfound]


def _check_in_use(directory: Directory) -> None:
    """Stop where somebody put the directory out of use since the run was asked for.

    Raises:
        DirectoryFailed: ``unused``.
    """
    if not Directory.objects.filter(
        pk=directory.pk, is_active=True, organisation__is_active=True
    ).exists():
        raise DirectoryFailed("unused")


def _write(run: DirectoryRun, contents: Contents, steps: Sequence[Step]) -> None:
    now = timezone.now()
    with transaction.atomic():
        run.steps.all().delete()
        DirectoryStep.objects.bulk_create(
            [
                DirectoryStep(
                    run=run,
                    position=position,
                    action=step.action,
                    stable_id=step.stable_id,
                    label=step.label[:200],
                    person_id=step.person_id,
                    changes=dict(step.changes),
                    values=dict(step.values),
                    code=step.code,
                )
                for position, step in enumerate(steps)
            ],
            batch_size=500,
        )
        run.state, run.read_at = DirectoryRunState.READY, now
        run.people, run.groups = len(contents.people), len(contents.groups)
        run.counts, run.losses = comparing.counts(steps), comparing.losses(steps)
        run.linked = run.directory.links.filter(suspended_at=None).count()
        run.digest, run.error = comparing.digest(steps), ""
        run.save()
        well = {"read_at": now, "error": "", "failures": 0}
        if not has_work(run):
            # All is as the directory says: that is a success too.
            well["ok_at"] = now
        Directory.objects.filter(pk=run.directory_id).update(**well)
        _forget_old(run)


def _forget_old(run: DirectoryRun) -> None:
    keep = run.directory.runs.order_by("-asked_at", "-pk").values_list("pk", flat=True)[:KEPT_RUNS]
    run.directory.runs.exclude(pk__in=list(keep)).delete()


def _carry_out(run: DirectoryRun) -> None:
    language = run.asked_by.language if run.asked_by else None
    while keys := list(
        run.steps.filter(state=DirectoryStepState.TODO)
        .exclude(action="conflict")
        .order_by("position")
        .values_list("pk", flat=True)[:200]
    ):
        try:
            _check_in_use(run.directory)
        except DirectoryFailed as error:
            _fail(run, error)
            return
        # Rights that were taken away meanwhile are taken away here too.
        setter = Directory.objects.select_related("set_by__organisation").get(pk=run.directory_id)
        actor = acting(setter.set_by)
        with translation.override(language) if language else translation.override(None):
            for key in keys:
                _one(actor, run, key)
    _end(run)


def _one(actor: Actor, run: DirectoryRun, key: int) -> None:
    with transaction.atomic():
        step = DirectoryStep.objects.select_for_update(of=("self",)).get(pk=key)
        if step.state != DirectoryStepState.TODO:
            return
        try:
            with transaction.atomic():
                person = carry_out_step(actor=actor, directory=run.directory, step=step)
        except CompagnonError as error:
            step.state, step.code = DirectoryStepState.REFUSED, error.code[:40]
            step.reason = str(error)[:300]
        else:
            step.state, step.person_id = DirectoryStepState.DONE, person.pk
        step.save(update_fields=["state", "code", "reason", "person_id"])


def _end(run: DirectoryRun) -> None:
    now = timezone.now()
    counted = Counter(run.steps.exclude(action="conflict").values_list("state", flat=True))
    with transaction.atomic():
        run.state, run.ended_at = DirectoryRunState.DONE, now
        run.save(update_fields=["state", "ended_at"])
        Directory.objects.filter(pk=run.directory_id).update(ok_at=now, error="", failures=0)
        _end_in_journal(
            run,
            {
                "done": counted[DirectoryStepState.DONE],
                "refused": counted[DirectoryStepState.REFUSED],
                "left_alone": run.counts.get("conflict", 0),
            },
        )


def _fail(run: DirectoryRun, error: DirectoryFailed) -> None:
    with transaction.atomic():
        run.state, run.ended_at = DirectoryRunState.FAILED, timezone.now()
        run.error = str(error)[:300]
        run.save(update_fields=["state", "ended_at", "error"])
        _note(run.directory, run.error)
        _end_in_journal(run, {"error": error.code})


def _note(directory: Directory, error: str) -> None:
    row = Directory.objects.select_for_update(of=("self",)).get(pk=directory.pk)
    row.error, row.failures, row.read_at = error, row.failures + 1, timezone.now()
    row.save(update_fields=["error", "failures", "read_at"])


def _end_in_journal(run: DirectoryRun, after: dict[str, object]) -> None:
    journal.record(
        actor=acting(run.directory.set_by),
        verb="directory.end",
        subject=run.directory,
        after={"run": run.pk, "state": run.state, **after},
    )
