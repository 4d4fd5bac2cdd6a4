"""Not overwriting another's change, and not sending again what the caller has (RFC 9110, 13).

A tag is ``"VERSION-DIGEST"``: the digest makes it strong (same bytes, same tag), the version is
what a change is checked against, so that a related name edited meanwhile refuses nobody.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Stale

TAG = re.compile(r'(W/)?"([^"]*)"')
MOST_TAGS = 20


def version_of(instance: Any) -> int | None:
    """Give the version of a row that counts its changes; ``None`` for a row that does not."""
    version = getattr(instance, "version", None)
    return version if isinstance(version, int) else None


def tag(response: HttpResponse, instance: Any) -> HttpResponse:
    """Put the strong ``ETag`` of a versioned row on the answer that shows it."""
    version = version_of(instance)
    if version is not None:
        digest = hashlib.sha256(response.content).hexdigest()[:16]
        response["ETag"] = f'"{version}-{digest}"'
    return response


def unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Answer 304 without a body when ``If-None-Match`` shows that the caller has these bytes."""
    given = request.headers.get("If-None-Match", "")
    current = response.headers.get("ETag", "")
    if not given or not current:
        return response
    # Weak comparison is the rule here: the W/ is dropped.
    known = given.strip() == "*" or current.strip('"') in {
        value for _weak, value in TAG.findall(given)[:MOST_TAGS]
    }
    if not known:
        return response
    unchanged = HttpResponse(status=304)
    unchanged["ETag"] = current
    del unchanged["Content-Type"]
    return unchanged


def expected_version(request: HttpRequest, instance: Any) -> int | None:
    """Give the version that a change must find, to hand to the service; ``None``: any.

    Args:
        instance: the row as it was just read.

    Raises:
        Stale: ``If-Match`` is there and names no tag of the row as it is.
    """
    given = request.headers.get("If-Match")
    version = version_of(instance)
    if given is None or version is None:
        return None
    if given.strip() == "*":
        return version
    # Strong comparison: a weak tag never matches.
    for weak, value in TAG.findall(given)[:MOST_TAGS]:
        if not weak and value.partition("-")[0] == str(version):
            return version
    raise Stale(_("Somebody changed this since you read it: read it again, then send your change."))
