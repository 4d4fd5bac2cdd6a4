"""What the operator set, from the environment or one TOML file.

Order: a variable of the environment, then the file named by ``COMPAGNON_CONFIG`` (its keys are
the variables' names without the prefix, in lower case), then the default in the settings.
"""

from __future__ import annotations

import gettext
import os
import secrets
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "COMPAGNON_"
TRUE = {"1", "true", "yes", "on", "oui"}


LANGUAGES = ("fr", "en")


def language_of_terminal() -> str:
    """Give the language of the person at the terminal: the locale's if it is ours, or French."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            code = value[:2].lower()
            return code if code in LANGUAGES else LANGUAGES[0]
    return LANGUAGES[0]


def _(message: str) -> str:
    """Say it in the terminal's language: Django's own gettext needs the settings we are reading."""
    where = Path(__file__).with_name("locale")
    known = gettext.translation("django", where, [language_of_terminal()], fallback=True)
    return known.gettext(message)


class Misconfigured(SystemExit):
    """The operator set something that cannot work; says what, in one line, and exits with 2."""

    def __init__(self, message: str) -> None:
        sys.stderr.write(f"compagnon: {message}\n")
        self.message = message
        super().__init__(2)


@cache
def _file() -> dict[str, Any]:
    name = os.environ.get(f"{PREFIX}CONFIG")
    if not name:
        return {}
    try:
        return tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured(
            _("COMPAGNON_CONFIG: %(name)s cannot be read: %(error)s")
            % {"name": name, "error": error}
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(
            _("COMPAGNON_CONFIG: %(name)s is not valid TOML: %(error)s")
            % {"name": name, "error": error}
        ) from error


def text(name: str, default: str = "") -> str:
    """The setting ``name`` (without the prefix) as text."""
    value = os.environ.get(PREFIX + name)
    if value is not None:
        return value
    found = _file().get(name.lower(), default)
    return ",".join(map(str, found)) if isinstance(found, list) else str(found)


def flag(name: str, *, default: bool = False) -> bool:
    """The setting ``name`` as a yes or no: 1, true, yes, on and oui are yes."""
    value = text(name)
    return value.strip().lower() in TRUE if value else default


def number(name: str, default: int) -> int:
    """The setting ``name`` as a whole number.

    Raises:
        Misconfigured: it is not one.
    """
    value = text(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise Misconfigured(
            _("%(name)s must be a whole number, not %(value)r")
            % {"name": PREFIX + name, "value": value}
        ) from None


def several(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """The setting ``name`` as a list, separated by commas."""
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else list(default)


def time_zone(name: str, default: str) -> str:
    """The setting ``name`` as the name of a time zone.

    Raises:
        Misconfigured: this machine knows none of that name.
    """
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misconfigured(
            _("%(name)s: %(value)r is no time zone; Europe/Paris is")
            % {"name": PREFIX + name, "value": value}
        ) from None
    return value


def data_directory() -> Path:
    """Where files, the embedded database and the generated key live; made if missing."""
    default = Path.home() / ".local/share/compagnon"
    directory = Path(text("DATA_DIR") or default).expanduser().absolute()
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o750)
    except OSError as error:
        raise Misconfigured(
            _("COMPAGNON_DATA_DIR: %(directory)s cannot be made: %(error)s")
            % {"directory": directory, "error": error}
        ) from error
    return directory


def secret_key(directory: Path) -> str:
    """The key that signs sessions and links; made once and kept in the data directory."""
    given = text("SECRET_KEY")
    if given:
        return given
    path = directory / "secret_key"
    try:
        # O_EXCL: two processes that start together must not each keep their own key.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        for _turn in range(50):
            if key := path.read_text(encoding="ascii").strip():
                return key
        raise Misconfigured(
            _("%(path)s is empty: remove it, or set COMPAGNON_SECRET_KEY") % {"path": path}
        ) from None
    with os.fdopen(handle, "w") as stream:
        key = secrets.token_urlsafe(48)
        stream.write(key)
    return key


# A page names its row's people and places by as many joins, and PostgreSQL weighs every order of up
# to eight tables: 54 ms of planning for 0.5 ms of work on the list of tickets, 2 ms as it is here.
# Compiling a query to machine code pays in reports of minutes, not in pages.
PLANNER = "-c join_collapse_limit=4 -c jit=off"


def database(url: str) -> dict[str, Any]:
    """Django's setting for ``sqlite:///path`` or ``postgresql://user:password@host:port/name``.

    Raises:
        Misconfigured: another scheme, or no database named.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        # As SQLAlchemy and dj-database-url read it: sqlite:///relative, sqlite:////absolute.
        path = unquote(parts.path).removeprefix("/")
        if parts.netloc or not path.strip("/"):
            raise Misconfigured(
                _(
                    "COMPAGNON_DATABASE_URL: %(url)r names no path; write "
                    "sqlite:///relative.sqlite3 or sqlite:////absolute/path.sqlite3"
                )
                % {"url": url}
            )
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(path).absolute()),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                # Writers queue instead of failing half-way when they upgrade a read lock.
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; "
                    "PRAGMA mmap_size=268435456; PRAGMA journal_size_limit=67108864;"
                ),
            },
        }
    if parts.scheme in {"postgresql", "postgres"}:
        name = unquote(parts.path).lstrip("/")
        if not name:
            raise Misconfigured(_("COMPAGNON_DATABASE_URL: the PostgreSQL database is not named"))
        query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
        host = unquote(query.pop("host", "")) or unquote(parts.hostname or "")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 300,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"options": PLANNER} | {key: unquote(value) for key, value in query.items()},
        }
    raise Misconfigured(
        _("COMPAGNON_DATABASE_URL must start with sqlite:/// or postgresql://, not %(given)s")
        % {"given": parts.scheme or repr(url)}
    )
