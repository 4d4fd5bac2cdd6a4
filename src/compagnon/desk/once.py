"""A form that is sent twice does its work once: a double press, a page kept without network.

The page draws a key; the first sending keeps what it made under it, in the same transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.db import IntegrityError, transaction

from compagnon.core.actor import Actor
from compagnon.core.models import IdempotencyKey

KEY = re.compile(r"[0-9A-Za-z-]{8,60}")


def made_before(actor: Actor, key: str) -> int:
    """Give the key of the row that was made under this key; 0 when none was."""
    if actor.id is None or not KEY.fullmatch(key):
        return 0
    row = IdempotencyKey.objects.filter(caller=f"form:{actor.id}", key=key).first()
    return int(row.body or 0) if row else 0


def once(actor: Actor, key: str, make: Callable[[], int]) -> tuple[int, bool]:
    """Give what ``make`` made, and whether it was made now; without a good key, always made.

    Args:
        make: does the work and gives the key of the row that it made; raises what is refused, and
            nothing is kept then.
    """
    if actor.id is None or not KEY.fullmatch(key):
        return make(), True
    with transaction.atomic():
        known = {"caller": f"form:{actor.id}", "key": key}
        try:
            with transaction.atomic():
                row = IdempotencyKey.objects.create(**known, fingerprint="form")
        except IntegrityError:
            return int(IdempotencyKey.objects.get(**known).body or 0), False
        made = make()
        row.body = str(made)
        row.save(update_fields=["body"])
        return made, True
