"""The machine: room on its disk, a folder that can be written, ports that answer."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from compagnon.config.addresses import Address, answers
from compagnon.config.diagnosis.findings import Check, Finding, failed, ok, warning
from compagnon.config.health import LEAST_FREE_BYTES

COMFORTABLE_BYTES = 2 * 1024**3


def disk() -> Iterator[Finding]:
    """There must be room for data, and leave to write it."""
    try:
        with tempfile.TemporaryFile(dir=settings.DATA_DIR) as stream:
            stream.write(b"x")
        free = shutil.disk_usage(settings.DATA_DIR).free
    except OSError as error:
        yield failed(
            "disk",
            _("Nothing can be written into %(path)s: %(reason)s.")
            % {"path": settings.DATA_DIR, "reason": error.strerror},
            _("Give it to the account that runs Compagnon, or set COMPAGNON_DATA_DIR."),
        )
        return
    words = {"path": settings.DATA_DIR, "free": filesizeformat(free)}
    message = _("%(free)s free in %(path)s") % words
    advice = _("Make room, or move the data: mail and files are refused when the disk is full.")
    if free < LEAST_FREE_BYTES:
        yield failed("disk", message, advice)
    elif free < COMFORTABLE_BYTES:
        yield warning("disk", message, advice)
    else:
        yield ok("disk", message)


def web() -> Iterator[Finding]:
    """The web server should answer."""
    try:
        address = Address.parse(settings.LISTEN_WEB)
    except ValueError as error:
        yield failed("web", f"COMPAGNON_LISTEN_WEB: {error}", _("Write it as 127.0.0.1:8000"))
        return
    if answers(address):
        yield ok("web", _("answers at %(address)s") % {"address": address})
    else:
        yield warning(
            "web",
            _("No web server answers at %(address)s.") % {"address": address},
            _("Start it: compagnon run, or compagnon serve."),
        )


CHECKS: list[Check] = [disk, web]
