"""Money and energy of the park, drawn."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compagnon.core.visibility import visible
from compagnon.park.policies import TYPES, VIEW
from compagnon.park.queries import figures
from compagnon.park.views.acting import actor_of
from compagnon.people.models import Organisation

HIGH = 160
STEP = 66


@require_safe
def money(request: HttpRequest) -> HttpResponse:
    """Draw what was planned, bought, borne, and what ends, by year."""
    actor = actor_of(request, VIEW)
    organisations = list(visible(Organisation, actor).order_by("name")[:200])
    wanted = request.GET.get("organisation", "")
    chosen = next((one for one in organisations if str(one.pk) == wanted), None)
    years = figures.money(actor, chosen.pk if chosen else None)
    most = max((max(y.planned, y.bought, y.borne, y.ending) for y in years), default=Decimal(0))
    context = {
        "years": years,
        "bars": [_bars(index, year, most) for index, year in enumerate(years)],
        "organisations": organisations,
        "chosen": chosen,
        "width": STEP * len(years) + 10,
    }
    return render(request, "park/life/budget.html", context)


def _bars(index: int, year: figures.YearOfMoney, most: Decimal) -> dict[str, Any]:
    def height(value: Decimal) -> int:
        return round(value / most * HIGH) if most else 0

    left = 10 + index * STEP
    drawn = []
    parts = (("bar-quiet", year.planned), ("bar-main", year.bought), ("bar-other", year.borne))
    for place, (name, value) in enumerate(parts):
        high = height(value)
        drawn.append({"x": left + place * 16, "y": HIGH - high + 5, "high": high, "name": name})
    return {"year": year.year, "x": left + 24, "parts": drawn}


@require_safe
def energy(request: HttpRequest) -> HttpResponse:
    """Draw what running machines use in a year by site, and what would save some."""
    actor = actor_of(request, VIEW)
    countries = figures.countries()
    country = request.GET.get("country", "FR")
    watts = _number(request.GET.get("watts"), figures.IDLE_WATTS, Decimal(500))
    hours = _number(request.GET.get("hours"), figures.NIGHT_HOURS, Decimal(24))
    found = figures.park(
        actor,
        country if country in countries else "FR",
        idle_watts=watts,
        night_hours=hours,
    )
    most = max((one.kwh for one in found.sites), default=Decimal(0))
    context = {
        "park": found,
        "total": found.total,
        "countries": countries,
        "watts": watts,
        "hours": hours,
        "bars": [
            {"site": one, "y": 8 + 26 * n, "text": 22 + 26 * n,
             "wide": round(one.kwh / most * 360) if most else 0}
            for n, one in enumerate(found.sites[:30])
        ],
        "high": 26 * min(30, len(found.sites)) + 14,
        "may_edit": actor.scope.allows(TYPES, None),
    }  # fmt: skip
    return render(request, "park/life/energy.html", context)


def _number(text: str | None, usual: Decimal, most: Decimal) -> Decimal:
    try:
        value = Decimal((text or "").replace(",", "."))
    except InvalidOperation:
        return usual
    return value if value.is_finite() and 0 <= value <= most else usual
