"""A connection to an IMAP server that was checked, and everything that may go wrong with it.

The address is resolved and checked as for any call (``core.guarded_http``), and the connection goes
to the address that was checked, under the name that its certificate must bear.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxLoginError

from compagnon.core import guarded_http
from compagnon.core.guarded_http import NotAllowed, Target, Unanswered
from compagnon.core.sealing import Unreadable, unseal
from compagnon.desk.inbound.fetching import tokens
from compagnon.desk.models import ImapSecurity, ImapSignIn, MailFetch

LABEL = b"compagnon.desk imap secret 1"
SECONDS = 20.0


class FetchFailed(Exception):
    """The mailbox cannot be read; ``code`` is one of those that the page has words for.

    ``server``, ``internal``, ``tls``, ``refused`` (name or password), ``token``, ``folder``,
    ``secret`` (ours cannot be read), ``broken`` (the connection broke off), ``unmarked`` (what was
    taken cannot be marked or moved there).
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = "".join(s if s.isprintable() else " " for s in detail)[:250]

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class _Pinned(imaplib.IMAP4):
    """IMAP to the address that was checked."""

    def __init__(self, target: Target, context: ssl.SSLContext | None) -> None:
        self._target, self._context = target, context
        super().__init__(target.host, target.port, SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        place = (self._target.address, self._target.port)
        plain = socket.create_connection(place, timeout=timeout)
        if self._context is None:
            return plain
        return self._context.wrap_socket(plain, server_hostname=self._target.host)


class Box(BaseMailBox):
    """imap-tools' mailbox over our connection."""

    def __init__(self, target: Target, security: str) -> None:
        self._target, self._security = target, security
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        context = ssl.create_default_context()
        if self._security == ImapSecurity.TLS:
            return _Pinned(self._target, context)
        client = _Pinned(self._target, None)
        if self._security == ImapSecurity.STARTTLS:
            try:
                client.starttls(context)
            except (imaplib.IMAP4.error, OSError):
                client.shutdown()
                raise
        return client


@contextmanager
def told(box: Box) -> Iterator[Box]:
    """Say what goes wrong on a connection that is open, as :func:`signed_in` says it.

    Raises:
        FetchFailed: it broke off.
    """
    try:
        yield box
    except ssl.SSLError as error:
        raise FetchFailed("tls", error.reason or str(error)) from error
    except (ImapToolsError, imaplib.IMAP4.error, OSError, UnicodeError, EOFError) as error:
        raise FetchFailed("broken", words(error)) from error


@contextmanager
def signed_in(fetch: MailFetch) -> Iterator[Box]:
    """Connect and sign in as the mailbox says; ends the session whatever happens.

    Raises:
        FetchFailed: it cannot be reached, or does not let us in, or breaks off meanwhile.
    """
    box: Box | None = None
    try:
        target = guarded_http.locate(fetch.host, fetch.port)
        box = Box(target, fetch.security)
        _sign_in(box, fetch)
        yield box
    except NotAllowed as error:
        raise FetchFailed("internal" if error.reason == "internal" else "server", str(error)) from (
            error
        )
    except Unanswered as error:
        raise FetchFailed("server", str(error)) from error
    except Unreadable as error:
        raise FetchFailed("secret", str(error)) from error
    except tokens.NoToken as error:
        raise FetchFailed("token", str(error)) from error
    except ssl.SSLError as error:
        raise FetchFailed("tls", error.reason or str(error)) from error
    except MailboxLoginError as error:
        raise FetchFailed("refused", words(error)) from error
    except (ImapToolsError, imaplib.IMAP4.error, OSError, UnicodeError, EOFError) as error:
        raise FetchFailed("broken" if box else "server", words(error)) from error
    finally:
        if box is not None:
            _leave(box)


def _sign_in(box: Box, fetch: MailFetch) -> None:
    if fetch.sign_in == ImapSignIn.PASSWORD:
        password = unseal(fetch.password, label=LABEL) if fetch.password else ""
        if fetch.user.isascii() and password.isascii():
            box.login(fetch.user, password, initial_folder=None)
        else:
            box.login_utf8(fetch.user, password, initial_folder=None)
        return
    token = tokens.access_token(fetch, label=LABEL)
    try:
        box.xoauth2(fetch.user, token, initial_folder=None)
    except imaplib.IMAP4.error as error:
        # A token that is refused before its time is asked anew at the next reading.
        tokens.forget(fetch)
        raise MailboxLoginError(("NO", [str(error).encode()]), "OK") from error


def _leave(box: Box) -> None:
    try:
        box.logout()
    except (ImapToolsError, imaplib.IMAP4.error, OSError):
        # The server hung up first: there is nothing left to end.
        return


def words(error: BaseException) -> str:
    """Give what the server said, without the password that a command may repeat."""
    result: Any = getattr(error, "command_result", None)
    if isinstance(result, tuple) and len(result) > 1:
        parts = [one.decode("utf-8", "replace") for one in result[1] if isinstance(one, bytes)]
        if parts:
            return " ".join(parts)
    text = str(error)
    return re.sub(r"(?i)(login|authenticate)\s+\S.*", r"\1 …", text) or type(error).__name__
