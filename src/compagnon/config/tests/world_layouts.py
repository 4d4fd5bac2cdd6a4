"""Each client's saved view and calendar address, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from compagnon.desk.models import Reach
from compagnon.desk.services import planning, saved_views
from compagnon.people.tests.factories import actor

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str, number: int) -> None:
    """Add to a client a view of its team's, and the address of its manager's calendar."""
    manager = actor(side.manager)
    view = saved_views.save_view(
        actor=manager,
        name=f"Vue {mark} {number}",
        filters={"queue": "all", "state": "closed"},
        reach=Reach.TEAM,
        team=side.team,
    )
    side.objects.update(view=view, calendar_secret=planning.make_address(actor=manager))


PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "desk/views/<view_id>": lambda side: [side.objects["view"].pk],
    "api/v1/saved-views/<view_id>": lambda side: [side.objects["view"].pk],
    "desk/calendar/tasks/<task_id>": lambda side: [side.objects["task"].pk],
    "desk/board/<ticket_id>": lambda side: [side.objects["ticket"].pk],
    "desk/board/<ticket_id>/<name>": lambda _side: ["pend", "solve"],
}
