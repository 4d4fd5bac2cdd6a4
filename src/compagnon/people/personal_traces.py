"""Where a person stands in what the program keeps: a search of every text of every table.

It is the proof of an erasure, made before and after it: what a holding forgot is found here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import CharField, EmailField, Field, JSONField, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from compagnon.core.models import Entry
from compagnon.core.personal import Subject, mask_of
from compagnon.core.sealing import seal, unseal

# Rooms are ours; of the parts of others that keep persons' addresses, these.
OTHERS = frozenset({"account", "mfa", "usersessions"})
SHORTEST_FIELD = 6
_LABEL = b"compagnon.people erasure 1"


def search(subject: Subject) -> list[dict[str, Any]]:
    """Give the columns that hold a name or an address of the person, with how many rows do.

    A scan of everything: for a task, never for a page. Sorted by place; nothing of what was found
    is given.
    """
    words = [word for word in subject.words if word.strip()]
    mask, found = mask_of(subject), []
    for model in _models() if words else ():
        for field in _text_fields(model):
            rows = sum(
                mask(text) != text
                for text in map(_text, _holding(model, field, words).iterator(chunk_size=500))
            )
            if rows:
                found.append({"place": f"{model._meta.label_lower}.{field.name}", "rows": rows})
    return sorted(found, key=lambda one: str(one["place"]))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _models() -> Iterable[type[Model]]:
    for model in apps.get_models():
        ours = model.__module__.startswith("compagnon.") or model._meta.app_label in OTHERS
        if ours and model._meta.managed and not model._meta.proxy:
            yield model


def _text_fields(model: type[Model]) -> Iterable[Field[Any, Any]]:
    for field in model._meta.concrete_fields:
        if field.is_relation or field.choices or field.name == "words":
            continue
        if isinstance(field, TextField | JSONField | EmailField) or (
            isinstance(field, CharField) and (field.max_length or 999) >= SHORTEST_FIELD
        ):
            yield field


def _holding(model: type[Model], field: Field[Any, Any], words: list[str]) -> QuerySet[Any]:
    rows, name, wanted = model._default_manager.all(), field.name, set(words)
    if isinstance(field, JSONField):
        rows, name = rows.annotate(told=Cast(field.name, TextField())), "told"
        # SQLite keeps what Python wrote: accents as \\u and four digits.
        wanted |= {json.dumps(word)[1:-1] for word in words}
    asked = Q(pk__in=[])
    for word in sorted(wanted):
        asked |= Q(**{f"{name}__icontains": word})
    # The database finds letters; what they mean («Petit», «petit») is told from the text.
    return rows.filter(asked).order_by().values_list(field.name, flat=True)


def sealed(entries: QuerySet[Entry]) -> dict[str, Any]:
    """Count entries, and seal them by a digest: ``{"entries", "last", "sha256"}``."""
    digest, count, last = hashlib.sha256(), 0, 0
    columns = ("pk", "verb", "object_type", "object_id", "actor_id", "before", "after")
    for row in entries.values_list(*columns).iterator(chunk_size=2000):
        digest.update(json.dumps(row, sort_keys=True, default=str).encode())
        count, last = count + 1, row[0]
    return {"entries": count, "last": last, "sha256": digest.hexdigest()}


def sealed_words(subject: Subject) -> str:
    """Encrypt what tells a person, to be kept while their erasure runs."""
    told = {
        "person_id": subject.person_id,
        "first_names": [*subject.first_names],
        "names": [*subject.names],
        "addresses": [*subject.addresses],
        "numbers": [*subject.numbers],
    }
    return seal(json.dumps(told), label=_LABEL)


def opened(text: str) -> Subject:
    """Give back what was encrypted.

    Raises:
        core.sealing.Unreadable: the key is lost.
    """
    return Subject(**json.loads(unseal(text, label=_LABEL)))
