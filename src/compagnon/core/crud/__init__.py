"""Tables that are just kept: declared once, and their pages and API follow.

See ``docs/architecture/crud.md``.
"""

from compagnon.core.crud.filters import Boolean, Choice, Dates, Filter, Relation, Search
from compagnon.core.crud.resource import (
    Column,
    Resource,
    Services,
    Verbs,
    all_resources,
    resource_of,
    url_of,
)

__all__ = [
    "Boolean",
    "Choice",
    "Column",
    "Dates",
    "Filter",
    "Relation",
    "Resource",
    "Search",
    "Services",
    "Verbs",
    "all_resources",
    "resource_of",
    "url_of",
]
