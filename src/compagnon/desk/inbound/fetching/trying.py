"""Trying a connection: what a person wants to know before the first reading. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from imap_tools import AND

from compagnon.desk.inbound.fetching.connecting import FetchFailed, signed_in
from compagnon.desk.models import MailFetch

MOST_FOLDERS = 100


@dataclass(frozen=True, slots=True)
class Trial:
    """How a trial went. ``code`` is empty when it went well, else one of ``FetchFailed``'s."""

    code: str = ""
    detail: str = ""
    messages: int = 0
    unread: int = 0
    folders: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Whether the mailbox can be read."""
        return not self.code


def try_connection(fetch: MailFetch) -> Trial:
    """Connect, sign in and look at the folder."""
    folders: tuple[str, ...] = ()
    try:
        with signed_in(fetch) as box:
            folders = tuple(one.name[:200] for one in box.folder.list()[:MOST_FOLDERS])
            if not box.folder.exists(fetch.folder):
                return Trial("folder", fetch.folder, folders=folders)
            # Read-only: looking at a folder must not mark anything.
            box.folder.set(fetch.folder, readonly=True)
            messages, unread = len(box.uids("ALL")), len(box.uids(AND(seen=False)))
    except FetchFailed as error:
        return Trial(error.code, error.detail, folders=folders)
    return Trial(messages=messages, unread=unread, folders=folders)
