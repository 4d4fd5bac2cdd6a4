"""How machines stand, as a baseline keeps it, and how far they drifted from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import get_visible, visible
from compagnon.park.models import (
    Antivirus,
    Baseline,
    BaselineMachine,
    Installation,
    Machine,
    Volume,
)
from compagnon.park.telling import FIELDS, Text

Facts = dict[str, dict[str, str]]
SETTINGS = ("domain", "architecture", "memory_mib")


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference: of which section, of what, from what to what."""

    section: str
    name: str
    before: str
    after: str

    @property
    def words(self) -> Text:
        """The section, as a person reads it."""
        return WORDS[self.section]

    @property
    def label(self) -> Text:
        """The name of what differs, as a person reads it."""
        return self.name if self.section == "software" else FIELDS.get(self.name, self.name)


WORDS: Mapping[str, Text] = {
    "system": _("Operating system"),
    "settings": _("Settings"),
    "software": _("Software"),
}


def facts_of(asset_ids: Iterable[int]) -> dict[int, Facts]:
    """Give how machines that the caller has shown to be visible stand, in four queries.

    ``{"system": {"name": …}, "software": {product: versions}, "settings": {name: value}}``
    """
    keys = list(asset_ids)
    found: dict[int, Facts] = {key: {"system": {}, "software": {}, "settings": {}} for key in keys}
    for machine in Machine.objects.filter(pk__in=keys).select_related("system"):
        facts = found[machine.pk]
        facts["system"] = {
            "name": machine.os_full_name or str(machine.system or ""),
            "version": machine.os_version,
            "kernel": machine.kernel_version,
        }
        facts["settings"] = {name: _text(getattr(machine, name)) for name in SETTINGS}
    software: dict[tuple[int, str], set[str]] = {}
    rows = Installation.objects.filter(asset__in=keys).values_list(
        "asset_id", "version__product__name", "version__version"
    )
    for key, name, version in rows:
        software.setdefault((key, name), set()).add(version)
    for (key, name), versions in software.items():
        found[key]["software"][name] = ", ".join(sorted(versions))
    for one in Antivirus.objects.filter(asset__in=keys):
        found[one.asset_id]["settings"][f"antivirus {one.name}"] = _text(one.is_enabled)
    for volume in Volume.objects.filter(asset__in=keys, is_encrypted__isnull=False):
        name = f"encrypted {volume.mount or volume.device}"
        found[volume.asset_id]["settings"][name] = _text(volume.is_encrypted)
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def compare(kept: Mapping[str, Any], now: Mapping[str, Any]) -> list[Drift]:
    """Give what differs, section by section, by name; an empty ``before`` was added."""
    found = []
    for section in ("system", "settings", "software"):
        old, new = kept.get(section, {}), now.get(section, {})
        for name in sorted({*old, *new}, key=str.casefold):
            before, after = old.get(name, ""), new.get(name, "")
            if before != after:
                found.append(Drift(section, name, before, after))
    return found


def baselines(actor: Actor) -> QuerySet[Baseline]:
    """Give the baselines that the actor sees, with how many machines each holds."""
    rows = Baseline.objects.select_related("organisation").annotate(count=Count("machines"))
    return visible(Baseline, actor, rows)


def baseline(actor: Actor, pk: int) -> Baseline:
    """Give one baseline.

    Raises:
        NotFound: there is none, or the actor does not see it.
    """
    return get_visible(Baseline, actor, Baseline.objects.select_related("organisation"), pk=pk)


def drifts(actor: Actor, row: Baseline) -> list[tuple[BaselineMachine, list[Drift]]]:
    """Give each visible machine of a baseline with what drifted, those that drifted most first."""
    machines = list(
        visible(BaselineMachine, actor).filter(baseline=row).select_related("asset").order_by("pk")
    )
    now = facts_of([one.asset_id for one in machines])
    found = [(one, compare(one.facts, now[one.asset_id])) for one in machines]
    return sorted(found, key=lambda pair: (-len(pair[1]), pair[0].asset.name))


def drift_counts(actor: Actor, asset_id: int) -> list[tuple[Baseline, int]]:
    """Give the baselines that hold an asset, and how many differences each shows."""
    rows = visible(BaselineMachine, actor).filter(asset_id=asset_id).select_related("baseline")
    held = list(rows.order_by("-pk")[:5])
    if not held:
        return []
    now = facts_of([asset_id])[asset_id]
    return [(one.baseline, len(compare(one.facts, now))) for one in held]
