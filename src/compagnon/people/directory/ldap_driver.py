"""Speaking LDAP by python-ldap: bounded in time and size, encrypted, following nobody elsewhere.

Referrals are not followed: they would carry our password to a server of another's choice. A page
that fails fails the whole reading. python-ldap is the extra ``ldap``.
"""

from __future__ import annotations

import re
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from compagnon.people.directory import filters, reading
from compagnon.people.directory.types import (
    Attributes,
    Contents,
    DirectoryFailed,
    Driver,
    Entry,
    Found,
    Source,
)

MOST_PAGES = 10_000
MOST_VALUES = 200_000
_RANGE = re.compile(r"range=[0-9]+-([0-9]{1,9}|\*)", re.IGNORECASE)
WHOLE = 30
"""How many times one answer's time the whole reading may take."""


def make() -> Driver:
    """Give the driver.

    Raises:
        DirectoryFailed: ``missing``: python-ldap is not installed.
    """
    try:
        import ldap
    except ImportError as error:
        raise DirectoryFailed("missing", str(error)) from error
    return LdapDriver(ldap)


class LdapDriver:
    """A directory behind LDAP version 3."""

    def __init__(self, ldap: Any) -> None:
        self._ldap = ldap

    def read(self, source: Source) -> Contents:
        """Read every person and group; all or nothing."""
        names = source.attributes
        with self._signed_in(source) as server:
            people = self._search(
                server, source, source.base, source.people_filter, names.of_people()
            )
            groups = (
                self._search(
                    server,
                    source,
                    source.group_base or source.base,
                    source.group_filter,
                    names.of_groups(),
                )
                if source.group_filter
                else []
            )
        return reading.contents(people, groups, names)

    def find(self, source: Source, name: str) -> list[Found]:
        """Give the people whose login or mail address is that name, two at most."""
        names, value = source.attributes, filters.escaped(name)
        wanted = [f"({one}={value})" for one in (names.login, names.mail) if one]
        narrowed = f"(&{source.people_filter}(|{''.join(wanted)}))"
        with self._signed_in(source) as server:
            entries = self._few(server, source, narrowed)
        return [reading.person(entry, names) for entry in entries]

    def verify(self, source: Source, stable_id: str, password: str) -> bool:
        """Tell whether that password is this person's, by signing in with it."""
        # A name without a password is «nobody» to a server, which welcomes it (RFC 4513 5.1.2).
        if not password:
            return False
        narrowed = f"(&{source.people_filter}{_by_id(source.attributes, stable_id)})"
        with self._signed_in(source) as server:
            entries = self._few(server, source, narrowed)
            # Where there is nobody, as much is asked of the server as where there is.
            is_known = len(entries) == 1 and not reading.is_disabled(
                entries[0][1], source.attributes.disabled
            )
            dn = entries[0][0] if is_known else f"cn=nobody,{source.base}"
            with self._translated(source):
                try:
                    server.simple_bind_s(dn, password)
                except (
                    self._ldap.INVALID_CREDENTIALS,
                    self._ldap.UNWILLING_TO_PERFORM,
                    self._ldap.CONSTRAINT_VIOLATION,
                    self._ldap.INAPPROPRIATE_AUTH,
                    self._ldap.NO_SUCH_OBJECT,
                    self._ldap.INSUFFICIENT_ACCESS,
                ):
                    return False
        return is_known

    @contextmanager
    def _signed_in(self, source: Source) -> Iterator[Any]:
        with self._translated(source):
            server = self._connected(source)
            try:
                server.simple_bind_s(source.bind_dn, source.bind_password)
                yield server
            finally:
                with suppress(self._ldap.LDAPError):
                    server.unbind_s()

    def _connected(self, source: Source) -> Any:
        ldap = self._ldap
        server = ldap.initialize(source.url)
        server.set_option(ldap.OPT_PROTOCOL_VERSION, ldap.VERSION3)
        server.set_option(ldap.OPT_REFERRALS, 0)
        server.set_option(ldap.OPT_NETWORK_TIMEOUT, source.seconds)
        server.set_option(ldap.OPT_TIMEOUT, source.seconds)
        server.set_option(ldap.OPT_RESTART, 0)
        if source.start_tls or source.url.startswith("ldaps:"):
            with _authorities(source) as path:
                server.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
                server.set_option(ldap.OPT_X_TLS_CACERTFILE, path)
                # Makes the context, and so reads the file: it comes last.
                server.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
            if source.start_tls:
                try:
                    server.start_tls_s()
                except (ldap.PROTOCOL_ERROR, ldap.UNAVAILABLE, ldap.UNWILLING_TO_PERFORM) as error:
                    raise DirectoryFailed("tls", _said(error)) from error
        return server

    def _few(self, server: Any, source: Source, narrowed: str) -> list[Entry]:
        """Search for one person; two at most, since two are none."""
        names = source.attributes.of_people()
        scope = self._scope(source)
        asked = server.search_ext(
            source.base, scope, narrowed, names, timeout=source.seconds, sizelimit=0
        )
        found: list[Entry] = []
        while len(found) < 2:
            kind, rows, _id, _controls = server.result3(asked, all=0, timeout=source.seconds)
            found += _entries(rows)
            if kind == self._ldap.RES_SEARCH_RESULT:
                return found
        server.abandon_ext(asked)
        return found

    def _search(
        self, server: Any, source: Source, base: str, narrowed: str, names: Sequence[str]
    ) -> list[Entry]:
        """Search page by page."""
        from ldap.controls import SimplePagedResultsControl

        found: list[Entry] = []
        page = SimplePagedResultsControl(True, size=source.page_size, cookie="")
        until = time.monotonic() + WHOLE * source.seconds
        for _turn in range(MOST_PAGES):
            asked = server.search_ext(
                base,
                self._scope(source),
                narrowed,
                list(names),
                serverctrls=[page] if source.page_size else None,
                timeout=source.seconds,
            )
            _kind, rows, _id, controls = server.result3(asked, timeout=source.seconds)
            found += [self._whole(server, source, dn, values) for dn, values in _named(rows)]
            if len(found) > source.most:
                raise DirectoryFailed("too-many", f"> {source.most}")
            answers = [one for one in controls if one.controlType == page.controlType]
            page.cookie = answers[0].cookie if answers else b""
            if not page.cookie:
                return found
            if time.monotonic() > until:
                break
        raise DirectoryFailed("slow", f"{len(found)} entries")

    def _whole(self, server: Any, source: Source, dn: str, values: Mapping[str, Any]) -> Entry:
        """Give an entry with all the values of what the server gives in parts (``range=``).

        Active Directory gives 1,500 at once (MS-ADTS 3.1.1.3.1.3.3).
        """
        kept: dict[str, list[bytes]] = {}
        for name, given in values.items():
            plain, _sign, option = name.partition(";")
            many = kept.setdefault(plain.lower(), [])
            many += given
            part = _RANGE.fullmatch(option)
            while part is not None and part[1] != "*":
                if len(many) > MOST_VALUES:
                    raise DirectoryFailed("too-many", f"{dn}: {plain} > {MOST_VALUES}")
                begin = int(part[1]) + 1
                rows = server.search_ext_s(
                    dn, self._ldap.SCOPE_BASE, "(objectClass=*)", [f"{plain};range={begin}-*"],
                    timeout=source.seconds,
                )  # fmt: skip
                part, more = _next_part(rows, plain)
                if not more:
                    break
                many += more
        return dn, kept

    def _scope(self, source: Source) -> int:
        ldap = self._ldap
        return int(ldap.SCOPE_SUBTREE if source.is_subtree else ldap.SCOPE_ONELEVEL)

    @contextmanager
    def _translated(self, source: Source) -> Iterator[None]:
        ldap = self._ldap
        try:
            yield
        except (ldap.INVALID_CREDENTIALS, ldap.INAPPROPRIATE_AUTH, ldap.STRONG_AUTH_REQUIRED,
                ldap.INSUFFICIENT_ACCESS, ldap.INVALID_DN_SYNTAX) as error:  # fmt: skip
            raise DirectoryFailed("refused", _said(error)) from error
        except ldap.CONFIDENTIALITY_REQUIRED as error:
            raise DirectoryFailed("tls", _said(error)) from error
        except ldap.CONNECT_ERROR as error:
            raise DirectoryFailed("tls", _said(error)) from error
        except ldap.SERVER_DOWN as error:
            # The library tells a certificate that it does not trust as a server that is away.
            is_tls = source.url.startswith("ldaps:") and _answers(source)
            raise DirectoryFailed("tls" if is_tls else "server", _said(error)) from error
        except (ldap.NO_SUCH_OBJECT, ldap.REFERRAL) as error:
            # «Ask that server» is no answer: what was asked for is not kept here.
            raise DirectoryFailed("base", _said(error)) from error
        except ldap.FILTER_ERROR as error:
            raise DirectoryFailed("filter", _said(error)) from error
        except ldap.UNAVAILABLE_CRITICAL_EXTENSION as error:
            raise DirectoryFailed("paging", _said(error)) from error
        except (ldap.SIZELIMIT_EXCEEDED, ldap.ADMINLIMIT_EXCEEDED) as error:
            raise DirectoryFailed("cut", _said(error)) from error
        except (ldap.TIMEOUT, ldap.TIMELIMIT_EXCEEDED) as error:
            raise DirectoryFailed("slow", _said(error)) from error
        except (ldap.LDAPError, OSError, UnicodeError, ValueError) as error:
            raise DirectoryFailed("broken", _said(error)) from error


def _answers(source: Source) -> bool:
    """Tell whether something listens where the directory should."""
    parts = urlsplit(source.url)
    try:
        place = (parts.hostname or "", parts.port or 636)
        socket.create_connection(place, timeout=source.seconds).close()
    except OSError:
        return False
    return True


def _by_id(names: Attributes, stable_id: str) -> str:
    if names.stable_id.lower() == "objectguid":
        raw = reading.guid_bytes(stable_id) or b"\0"
        return f"({names.stable_id}={filters.escaped_bytes(raw)})"
    return f"({names.stable_id}={filters.escaped(stable_id)})"


def _named(rows: Sequence[tuple[str | None, Any]]) -> list[tuple[str, Any]]:
    """Keep entries; what has no name is a reference to another server."""
    return [(dn, found) for dn, found in rows or () if dn is not None]


def _entries(rows: Sequence[tuple[str | None, Any]]) -> list[Entry]:
    return [
        (dn, {name.partition(";")[0].lower(): values for name, values in found.items()})
        for dn, found in _named(rows)
    ]


def _next_part(
    rows: Sequence[tuple[str | None, Any]], plain: str
) -> tuple[re.Match[str] | None, list[bytes]]:
    """Give which part of an attribute's values came now, and them."""
    for _dn, values in _named(rows):
        for name, given in values.items():
            base, _sign, option = name.partition(";")
            part = _RANGE.fullmatch(option)
            if base.lower() == plain.lower() and part is not None:
                return part, list(given)
    return None, []


@contextmanager
def _authorities(source: Source) -> Iterator[str]:
    """Give a file of the authorities that are trusted: one's own, or the machine's."""
    if not source.ca_certificate:
        paths = ssl.get_default_verify_paths()
        yield paths.cafile or paths.openssl_cafile
        return
    with tempfile.TemporaryDirectory(prefix="compagnon-ldap-") as folder:
        path = Path(folder) / "ca.pem"
        path.write_text(source.ca_certificate)
        yield str(path)


def _said(error: BaseException) -> str:
    """Give what the server or the library said, in one line."""
    told = error.args[0] if error.args else ""
    if isinstance(told, dict):
        return " ".join(str(told[name]) for name in ("desc", "info") if told.get(name))
    return str(error) or type(error).__name__
