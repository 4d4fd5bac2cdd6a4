"""Signing in with the password of a directory: asked of it each time, kept nowhere.

What does not fit takes as long whether the address is nobody's, an account's of our own, or a
directory's: a directory is asked in each case, about somebody who is not there. One that does not
answer is left alone for a moment, so that sign-ins do not all wait for it; who has a password of
their own gets in meanwhile.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

import structlog
from django.core.cache import cache
from django.db.models import QuerySet

from compagnon.people import directory as engine
from compagnon.people.directory.reading import folded
from compagnon.people.directory.types import DirectoryFailed
from compagnon.people.directory_state import source_of
from compagnon.people.models import Account, Directory, DirectoryLink

log = structlog.get_logger(__name__)
LEFT_ALONE = timedelta(seconds=15)
LONGEST_PASSWORD = 1024


class Away(Exception):
    """The directory that knows the password does not answer."""


def directories() -> QuerySet[Directory]:
    """Give the directories with whose passwords people sign in."""
    return Directory.objects.filter(is_active=True, signs_in=True)


def links() -> QuerySet[DirectoryLink]:
    """Give who signs in with the password of a directory."""
    return DirectoryLink.objects.filter(signs_in=True, directory__in=directories())


def link_of(account: Account) -> DirectoryLink | None:
    """Give the directory that knows the account's password; ``None``: we do."""
    return (
        links()
        .filter(person_id=account.person_id)
        .select_related("directory__organisation")
        .first()
    )


def address_of(name: str) -> str | None:
    """Give the sign-in address of who has that name in a directory; ``None``: nobody, or several.

    ``DOMAIN\\name`` is taken as ``name``.
    """
    key = folded(name.rpartition("\\")[2])[:200]
    if not key or "@" in key:
        return None
    found = list(
        Account.objects.filter(
            person__directory_link__in=links().filter(login_key=key)
        ).values_list("email", flat=True)[:2]
    )
    return found[0] if len(found) == 1 else None


def verify(link: DirectoryLink, password: str) -> bool:
    """Tell whether the directory takes that password for the person.

    Raises:
        Away: it cannot be asked.
    """
    return _ask(link.directory, link.stable_id, password)


def ask_in_vain(password: str) -> None:
    """Ask a directory as for somebody who is in none, so that the answer takes as long.

    Raises:
        Away: it cannot be asked.
    """
    directory = directories().select_related("organisation").order_by("pk").first()
    if directory is not None:
        _ask(directory, str(uuid.uuid4()), password)


def _ask(directory: Directory, stable_id: str, password: str) -> bool:
    # The empty one would be taken for «nobody», whom directories let in (RFC 4513 5.1.2).
    if not password or len(password) > LONGEST_PASSWORD or "\0" in password:
        return False
    key = f"people.directory-away.{directory.pk}"
    if cache.get(key):
        raise Away
    try:
        return engine.driver().verify(source_of(directory), stable_id, password)
    except DirectoryFailed as error:
        log.warning("people.directory_away", directory=directory.pk, reason=str(error))
        cache.set(key, 1, LEFT_ALONE.total_seconds())
        raise Away from error
