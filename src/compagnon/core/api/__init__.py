"""What a room's API is made of: declared routes, known callers, typed errors, pages.

A room's ``api/__init__.py`` gives its ``router``, which ``config.api`` mounts under ``/api/v1/``::

    from compagnon.core.api import ApiRequest, Body, Id, ListQuery, Routes, expected_version

See ``docs/architecture/api.md``.
"""

from compagnon.core.api.auth import ApiRequest, authenticator
from compagnon.core.api.etag import expected_version
from compagnon.core.api.filters import FilterLookup, ListQuery
from compagnon.core.api.pagination import Page
from compagnon.core.api.routes import Body, Id, Routes

__all__ = [
    "ApiRequest",
    "Body",
    "FilterLookup",
    "Id",
    "ListQuery",
    "Page",
    "Routes",
    "authenticator",
    "expected_version",
]
