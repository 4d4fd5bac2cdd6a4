"""The page of an impact: what falls with an asset, or why it is down; drawn, and as a list."""

from __future__ import annotations

import json
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from compagnon.core.actor import Actor
from compagnon.park import impact as engine
from compagnon.park.models import Effect, RelationKind
from compagnon.park.policies import VIEW
from compagnon.park.queries import impact, machines
from compagnon.park.queries.impact import Answer, Place
from compagnon.park.views.acting import actor_of, number_of

ROWS = 100
WEAKENED = 50
SITES = 200
STEPS = 12


@require_safe
def show_impact(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what falls with an asset, or what may have brought it down: drawn, and as a list."""
    actor = actor_of(request, VIEW)
    row = machines.asset(actor, pk)
    way = "causes" if request.GET.get("way") == "causes" else "falls"
    kinds = list(RelationKind.objects.exclude(effect=Effect.NONE))
    kind = next((one for one in kinds if one.code == request.GET.get("kind")), None)
    asked = impact.causes_of if way == "causes" else impact.falling_with
    answer = asked(actor, row, [kind.code] if kind else ())
    depth, site, type_id = (number_of(request, name) for name in ("depth", "site", "type"))
    items = impact.narrowed(answer, depth=depth or 0, site=site, type_id=type_id)
    page = Paginator(items, ROWS).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    drawn, names = drawing(actor, answer, items, way, shown)
    context = {
        "asset": row,
        "way": way,
        "answer": answer,
        "count": len(items),
        "page": page,
        "lines": [(one, names.get(one.through or 0, "")) for one in impact.items_of(actor, shown)],
        "kinds": sorted((one.code, one.words) for one in kinds),
        "kind": kind.code if kind else "",
        "depth": depth,
        "depths": range(1, min(answer.deepest, STEPS) + 1),
        "site": site,
        "sites": [one for one in answer.by_site if one[0]][:SITES],
        "type": type_id,
        "people": len({one.person_id for one in items if one.person_id}),
        "weakened": answer.weakened[:WEAKENED],
        "more_weakened": max(len(answer.weakened) - WEAKENED, 0),
        "undrawn": drawn["undrawn"],
        "unlinked": drawn["unlinked"],
        "drawing": json.dumps(drawn, separators=(",", ":")),
    }
    return render(request, "park/relations/impact.html", context)


def drawing(
    actor: Actor, answer: Answer, items: list[Place], way: str, shown: list[Place]
) -> tuple[dict[str, Any], dict[int, str]]:
    """Give what the browser draws: nodes with their column, edges, heaps told by their words.

    With it the names of what the ``shown`` items fall with, read in the same query.
    """
    known = {one.id: one for one in items}
    drawn = engine.draw(
        [(one.id, one.depth) for one in items],
        answer.edges(),
        answer.start.id,
        (
            lambda key: (known[key].type_id, known[key].site_id),
            lambda key: (known[key].type_id, None),
        ),
    )
    alone = {node.item for node in drawn.nodes if node.item is not None}
    names = impact.names_of(actor, alone | {one.through for one in shown})
    types = {key or 0: name for key, name, _count in answer.by_type}
    if answer.start.type_id not in types:
        types |= impact.types_of([answer.start.type_id])
    sites = {key: name for key, name, _count in answer.by_site}
    nodes = []
    for node in drawn.nodes:
        if node.item is not None:
            place = known.get(node.item, answer.start)
            label, note = names.get(place.id, ""), types.get(place.type_id, "")
            link = reverse("park:asset_impact", args=[place.id]) + f"?way={way}"
            sure = place.sure is True
        else:
            kind, site = node.heap if isinstance(node.heap, tuple) else (None, None)
            label, note = f"{node.count} × {types.get(kind or 0, '')}", sites.get(site, "")
            link, sure = "", True
        nodes.append(
            {
                "id": node.key,
                "label": label,
                "note": note,
                "depth": node.depth,
                "count": node.count,
                "link": link,
                "sure": sure,
            }
        )
    return {
        "nodes": nodes,
        "edges": drawn.edges,
        "heaped": drawn.is_heaped,
        "undrawn": drawn.undrawn,
        "unlinked": drawn.unlinked,
    }, names
