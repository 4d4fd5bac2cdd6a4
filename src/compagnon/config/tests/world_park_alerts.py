"""What the park keeps of each client of what must be seen to, for the tests that walk routes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from compagnon.park.models import (
    Alert,
    AlertKind,
    AlertLetter,
    AlertRule,
    AlertTold,
    Asset,
)

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client a rule, and an alert of which its manager was told."""
    asset: Asset = side.objects["asset"]
    now = timezone.now()
    day = timezone.localdate() + timedelta(days=9)
    Asset.objects.filter(pk=asset.pk).update(warranty_ends_on=day)
    rule, _made = AlertRule.objects.get_or_create(organisation=side.organisation)
    alert, made = Alert.objects.get_or_create(
        kind=AlertKind.WARRANTY, subject_id=asset.pk, day=day,
        defaults={"organisation": asset.organisation, "raised_at": now},
    )  # fmt: skip
    if made:
        letter = AlertLetter.objects.create(
            person=side.manager, internet_id=f"{mark}.{alert.pk}@example.org", written_at=now
        )
        AlertTold.objects.create(alert=alert, person=side.manager, letter=letter)
    side.objects.update(alert_rule=rule, alert=alert)


ROWS: dict[type[Any], Callable[[Side], Any]] = {
    AlertRule: lambda side: side.objects["alert_rule"],
}
