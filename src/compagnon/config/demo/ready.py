"""What the demonstration's teams keep ready: answers, macros, templates, views, activities."""

from __future__ import annotations

from typing import Any

from compagnon.config.demo import data
from compagnon.config.demo.cast import Cast
from compagnon.core.actor import Actor
from compagnon.desk.models import (
    ActivityType,
    CannedReply,
    Layout,
    Macro,
    Reach,
    TicketTemplate,
)
from compagnon.desk.services.phrases import keep_phrase
from compagnon.desk.services.saved_views import save_view


def fill(actor: Actor, cast: Cast) -> None:
    """Write what is kept ready, for the whole support or for one team."""
    source = data.daily()
    ActivityType.objects.bulk_create(
        ActivityType(name=one["name"], name_en=one["name_en"], is_billable=one["billable"])
        for one in source["activities"]
    )
    for one in source["replies"]:
        values = _kept(cast, one) | {"text": one["text"], "language": one.get("language", "")}
        values["category"] = cast.category(one.get("category", ""))
        keep_phrase(actor=actor, row=CannedReply(), values=values)
    for one in source["macros"]:
        values = _kept(cast, one) | {"steps": _steps(cast, one["steps"])}
        keep_phrase(actor=actor, row=Macro(), values=values)
    for one in source["templates"]:
        values = _kept(cast, one) | {
            name: one[name] for name in ("title", "text", "kind", "urgency") if name in one
        }
        values["category"] = cast.category(one.get("category", ""))
        values["service"] = cast.service(one.get("service", ""))
        values["request_type"] = cast.request(one.get("request", ""))
        keep_phrase(actor=actor, row=TicketTemplate(), values=values)
    for one in source["views"]:
        _view(cast, one)


def _kept(cast: Cast, one: dict[str, Any]) -> dict[str, Any]:
    """Give what is common to all that is kept: whose it is, and its name."""
    team = cast.parties.teams[one["team"]] if "team" in one else None
    return {"organisation": cast.parties.provider, "team": team, "name": one["name"]}


def _steps(cast: Cast, steps: dict[str, Any]) -> dict[str, Any]:
    """Give a macro's steps with keys for the names in them."""
    found = dict(steps)
    if "team" in found:
        found["team"] = cast.parties.teams[found["team"]].pk
    if "category" in found:
        found["category"] = cast.world.categories[found["category"]]
    return found


def _view(cast: Cast, one: dict[str, Any]) -> None:
    everybody = one.get("organisation", False)
    reach = Reach.TEAM if "team" in one else Reach.ME
    save_view(
        actor=cast.actor(one["owner"]),
        name=one["name"],
        filters=one["filters"],
        reach=Reach.ORGANISATION if everybody else reach,
        team=cast.parties.teams[one["team"]] if "team" in one else None,
        organisation=cast.parties.provider if everybody else None,
        layout=Layout(one.get("layout", "list")),
    )
