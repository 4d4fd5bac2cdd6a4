"""Labels, and the page that reads one with a phone."""

from __future__ import annotations

import re

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compagnon.core.actor import Actor
from compagnon.core.visibility import get_visible, visible
from compagnon.park import codes
from compagnon.park.documents.labels import MOST, labels
from compagnon.park.forms.life import LabelsForm
from compagnon.park.models import Asset, AssetState
from compagnon.park.policies import VIEW
from compagnon.park.views.acting import TOLD, actor_of, sentence
from compagnon.park.views.life import pdf
from compagnon.people.models import Organisation, Site


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest) -> HttpResponse:
    """Choose assets and print their labels on a sheet."""
    actor = actor_of(request, VIEW)
    form = LabelsForm(actor, request.POST if request.method == "POST" else None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            found = chosen(actor, said["organisation"], said["site"], said["text"])
            made = labels(found, paper=said["paper"], skip=said["skip"] or 0)
        except TOLD as error:
            problem = sentence(error)
        else:
            return pdf(made, "labels.pdf")
    context = {"form": form, "problem": problem}
    status = 422 if request.method == "POST" else 200
    return render(request, "park/life/labels.html", context, status=status)


def chosen(actor: Actor, organisation: Organisation, site: Site | None, text: str) -> list[Asset]:
    """Give the assets whose inventory number or name was written; else all there."""
    rows = visible(Asset, actor).filter(organisation__path__startswith=organisation.path)
    rows = rows.exclude(state=AssetState.DISPOSED)
    if site is not None:
        rows = rows.filter(site=site)
    words = [word for word in (one.strip() for one in re.split(r"[,;\n]", text)) if word]
    if words:
        rows = rows.filter(Q(inventory_number__in=words) | Q(name__in=words))
    return list(rows.select_related("organisation").order_by("name", "pk")[: MOST + 1])


@require_safe
def scan(request: HttpRequest) -> HttpResponse:
    """Read a label with the camera, or type what it says; opens the asset."""
    actor = actor_of(request, VIEW)
    code = codes.read(request.GET.get("code", ""))
    if code.text:
        rows = visible(Asset, actor)
        if code.asset_id is not None:
            found = list(rows.filter(pk=code.asset_id))
        else:
            found = list(rows.filter(inventory_number__iexact=code.text)[:2])
            found = found or list(rows.filter(serial__iexact=code.text)[:2])
        if len(found) == 1:
            return redirect("park:asset_detail", pk=found[0].pk)
        messages.warning(
            request,
            _("Several assets have this number: %(code)s") % {"code": code.text}
            if found
            else _("No asset has this number: %(code)s") % {"code": code.text},
        )
    return render(request, "park/life/scan.html", {"code": code.text})


@require_safe
def scanned(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Open the asset of a label that a phone's own camera read."""
    asset = get_visible(Asset, actor_of(request), pk=asset_id)
    return redirect("park:asset_detail", pk=asset.pk)
