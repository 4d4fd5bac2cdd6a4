"""Relations on the page of an asset."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.visibility import get_visible
from compagnon.park.forms.relations import RedundancyForm, TieForm, TierForm
from compagnon.park.models import (
    Asset,
    Placement,
    RedundancyGroup,
    Relation,
    Tier,
)
from compagnon.park.policies import RELATIONS
from compagnon.park.queries import baselines, cards, machines, relations
from compagnon.park.queries.picking import pick_assets
from compagnon.park.services import relations as services
from compagnon.park.views.acting import actor_of, attempt, number_of

OPTIONS = 20


@require_safe
def pick(request: HttpRequest) -> HttpResponse:
    """Answer ``?q=`` with at most 20 assets, as options of a picker; those of ``near`` first."""
    actor = actor_of(request)
    found = pick_assets(actor, request.GET.get("q", ""), limit=OPTIONS)
    near = number_of(request, "near")
    if near:
        # Whoever asks for help is most often asking about a machine of theirs.
        theirs = cards.machines_of(actor, near)
        words = request.GET.get("q", "").casefold()
        first = [one for one in theirs if not words or words in one.name.casefold()]
        known = {one.pk for one in first}
        found = [*first, *(one for one in found if one.pk not in known)][:OPTIONS]
    return render(request, "park/relations/options.html", {"found": found})


def panel(request: HttpRequest, row: Asset) -> SafeString | None:
    """Show an asset's relations on its page, with what relates it to others."""
    return _panel(request, actor_of(request), row)


def _panel(request: HttpRequest, actor: Actor, row: Asset) -> SafeString:
    ties = relations.ties(actor, row)
    groups = relations.groups(actor, row)
    stood = Placement.objects.filter(asset=row).first()
    may = actor.scope.allows(RELATIONS, row.organisation_id)
    tied = [
        (one.row.pk, f"{one.words} {one.other.name}") for one in ties if one.row and one.depends
    ]
    context: dict[str, Any] = {
        "asset": row,
        "ties": ties,
        "groups": groups,
        "tier": stood.get_tier_display() if stood else "",
        "drifts": baselines.drift_counts(actor, row.pk),
        "may_relate": may,
    }
    if may:
        context |= {
            "tie_form": TieForm(groups=groups),
            "tier_form": TierForm(initial={"tier": stood.tier if stood else ""}),
            "redundancy_form": RedundancyForm(ties=tied) if len(tied) > 1 else None,
        }
    return render_to_string("park/relations/_panel.html", context, request)


@require_POST
def tie(request: HttpRequest, pk: int) -> HttpResponse:
    """Relate an asset to another."""
    actor = actor_of(request)
    row = machines.asset(actor, pk)
    form = TieForm(request.POST, groups=relations.groups(actor, row))

    def relate() -> None:
        kind, out = form.kind_and_way()
        other, group = form.cleaned_data["other"], form.cleaned_data.get("group")
        services.tie(
            actor=actor,
            source_id=row.pk if out else other,
            target_id=other if out else row.pk,
            kind=kind,
            group_id=group.pk if group else None,
            note=form.cleaned_data["note"],
        )

    return _back(request, row, form, relate, _("They are related."))


@require_POST
def untie(request: HttpRequest, pk: int, relation_id: int) -> HttpResponse:
    """Take a relation away."""
    actor = actor_of(request)
    row = machines.asset(actor, pk)
    found = get_visible(Relation, actor, pk=relation_id)
    attempt(
        request,
        lambda: services.untie(actor=actor, relation_id=found.pk),
        _("They are related no longer."),
    )
    return redirect(_place(row))


@require_POST
def make_redundant(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that some of an asset's relations stand in for each other."""
    actor = actor_of(request)
    row = machines.asset(actor, pk)
    tied = [
        (one.row.pk, one.words) for one in relations.ties(actor, row) if one.row and one.depends
    ]
    form = RedundancyForm(request.POST, ties=tied)
    return _back(
        request,
        row,
        form,
        lambda: services.make_redundant(
            actor=actor,
            asset_id=row.pk,
            name=form.cleaned_data["name"],
            needs=form.cleaned_data["needs"],
            relation_ids=[int(one) for one in form.cleaned_data["relations"]],
        ),
        _("The redundancy is kept."),
    )


@require_POST
def end_redundancy(request: HttpRequest, pk: int, group_id: int) -> HttpResponse:
    """Take a redundancy group away."""
    actor = actor_of(request)
    row = machines.asset(actor, pk)
    group = get_visible(RedundancyGroup, actor, pk=group_id)
    attempt(
        request,
        lambda: services.end_redundancy(actor=actor, group_id=group.pk),
        _("Each relation counts alone again."),
    )
    return redirect(_place(row))


@require_POST
def place_in_tier(request: HttpRequest, pk: int) -> HttpResponse:
    """Say in which tier an asset works."""
    actor = actor_of(request)
    row = machines.asset(actor, pk)
    form = TierForm(request.POST)

    def place() -> None:
        value = form.cleaned_data["tier"]
        services.place_in_tier(actor=actor, asset_id=row.pk, tier=Tier(value) if value else None)

    return _back(request, row, form, place, _("Saved."))


def _back(request: HttpRequest, row: Asset, form: Any, action: Any, done: str) -> HttpResponse:
    from django.contrib import messages

    if form.is_valid():
        attempt(request, action, done)
    else:
        texts = [str(text) for many in form.errors.values() for text in many]
        messages.error(request, " ".join(dict.fromkeys(texts)))
    return redirect(_place(row))


def _place(row: Asset) -> str:
    return reverse("park:asset_detail", args=[row.pk]) + "#relations"
