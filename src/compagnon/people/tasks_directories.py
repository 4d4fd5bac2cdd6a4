"""Directories in the background: read, carried out, each at its time."""

from __future__ import annotations

from datetime import timedelta

from django_tasks import task

from compagnon.core.tasks import periodic, policy


@task(queue_name="bulk")
@policy(max_attempts=3, timeout=3600)
def read_directory(run_id: int) -> None:
    """Read a directory and write what would change."""
    from compagnon.people.services import directory_runs

    directory_runs.read(run_id)


@task(queue_name="bulk")
@policy(max_attempts=6, timeout=6 * 3600)
def apply_directory(run_id: int) -> None:
    """Carry out what was previewed; after a crash it goes on where it was."""
    from compagnon.people.services import directory_runs

    directory_runs.apply_previewed(run_id)


@periodic(every=timedelta(minutes=1))
def synchronise_due_directories() -> None:
    """Begin with the directories whose time has come."""
    from compagnon.people.services import directory_runs

    for pk in directory_runs.due():
        directory_runs.begin_due(pk)
