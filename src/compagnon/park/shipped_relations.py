"""The kinds of relations that come with the product, in English and shown translated."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

from compagnon.park.models import Effect, RelationKind

KINDS: Final[dict[str, tuple[str, str, Effect]]] = {
    "runs-on": (_("runs on"), _("hosts"), Effect.SOURCE),
    "depends-on": (_("depends on"), _("is needed by"), Effect.SOURCE),
    "uses": (_("uses"), _("serves"), Effect.SOURCE),
    "connected-to": (_("is connected to"), _("connects"), Effect.SOURCE),
    "member-of": (_("is a member of"), _("has for member"), Effect.TARGET),
    "backed-up-by": (_("is backed up by"), _("backs up"), Effect.NONE),
}


def ensure(code: str) -> RelationKind:
    """Give a shipped kind, written on first use."""
    name, inverse, effect = KINDS[code]
    found, _created = RelationKind.objects.get_or_create(
        code=code,
        defaults={"name": name, "inverse": inverse, "effect": effect, "is_shipped": True},
    )
    return found


def ensure_all() -> None:
    """Write those that are missing; what an administrator changed stays."""
    known = set(RelationKind.objects.values_list("code", flat=True))
    for code in KINDS:
        if code not in known:
            ensure(code)
