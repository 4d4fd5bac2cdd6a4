"""Reads of directories: a trial, a run page by page."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import QuerySet

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.people import directory as engine
from compagnon.people.directory.types import Contents, DirectoryFailed, Found, FoundGroup
from compagnon.people.directory_state import source_of
from compagnon.people.models import Directory, DirectoryRun, DirectoryStep

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial saw; ``code`` is empty where all is well."""

    code: str = ""
    detail: str = ""
    people: int = 0
    groups: int = 0
    disabled: int = 0
    without_mail: int = 0
    unusable: int = 0
    first_people: list[Found] = field(default_factory=list)
    first_groups: list[FoundGroup] = field(default_factory=list)
    sought: str = ""
    matches: list[Found] = field(default_factory=list)

    @property
    def is_ok(self) -> bool:
        """Whether it could be read, and somebody was there."""
        return not self.code


def try_directory(directory: Directory, *, name: str = "") -> Trial:
    """Read a directory and tell what is there; nothing is written. It may take its time.

    Args:
        name: a login or a mail address to look up too.
    """
    try:
        driver, source = engine.driver(), source_of(directory)
        contents: Contents = driver.read(source)
        matches = driver.find(source, name) if name else []
    except DirectoryFailed as error:
        return Trial(code=error.code, detail=error.detail)
    return Trial(
        code="" if contents.people else "empty",
        people=len(contents.people),
        groups=len(contents.groups),
        disabled=sum(one.is_disabled for one in contents.people),
        without_mail=sum(not one.emails for one in contents.people),
        unusable=len(contents.unusable),
        first_people=list(contents.people[:SHOWN]),
        first_groups=sorted(contents.groups, key=lambda one: -one.size)[:SHOWN],
        sought=name,
        matches=matches,
    )


def steps(actor: Actor, run: DirectoryRun, *, action: str = "") -> QuerySet[DirectoryStep]:
    """Give the steps of a run in their order, those of one action if it is named."""
    rows = visible(DirectoryStep, actor).filter(run=run)
    return (rows.filter(action=action) if action else rows).order_by("position")
