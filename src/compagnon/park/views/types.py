"""The own fields of a type of asset."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from compagnon.core.visibility import get_visible
from compagnon.park.forms.assets import FieldForms, fields_of, rows_of
from compagnon.park.models import AssetType
from compagnon.park.policies import TYPES, check
from compagnon.park.services import assets
from compagnon.park.views.acting import TOLD, actor_of, sentence


@require_http_methods(["GET", "HEAD", "POST"])
def fields(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the fields that assets of this type have beside everybody's."""
    actor = actor_of(request, TYPES)
    check(actor, TYPES, None)
    row = get_visible(AssetType, actor, pk=pk)
    rows = FieldForms(
        request.POST if request.method == "POST" else None, initial=rows_of(row.fields)
    )
    status, problem = 200, ""
    if request.method == "POST":
        status = 422
        if rows.is_valid():
            try:
                assets.change_type(actor=actor, row=row, values={"fields": fields_of(rows)})
            except TOLD as error:
                problem = sentence(error)
            else:
                messages.success(request, _("Saved."))
                return redirect("park:asset_type_fields", pk=row.pk)
    context = {"type": row, "rows": rows, "problem": problem}
    return render(request, "park/types/fields.html", context, status=status)
