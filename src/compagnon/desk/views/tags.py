"""Pages of tags: the vocabulary with its counts, and making one of two."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.desk import tags
from compagnon.desk.forms.tags import MergeTagForm
from compagnon.desk.models import Tag
from compagnon.desk.services import tagging
from compagnon.desk.views.ticket import add_errors

LISTED = 500


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the tags of the organisations that one works for, with how many tickets bear each.

    Raises:
        Refused: the actor works on no ticket.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows_somewhere("ticket.view"):
        raise Refused(_("Your role does not let you see tags."))
    rows = visible(Tag, actor).select_related("organisation", "on_category")
    listed = list(rows.order_by("folded", "pk")[:LISTED])
    counted = tags.counts(listed)
    context = {
        "rows": [(row, counted.get(row.pk, 0)) for row in listed],
        "most": tags.COUNTED,
        "may_add": actor.scope.allows_somewhere(tagging.KEEP),
        "may_change": actor.scope.allows_somewhere(tagging.MANAGE),
    }
    return render(request, "desk/tags/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, tag_id: int) -> HttpResponse:
    """Ask into which tag another goes, with how many tickets bear it, then make them one.

    Raises:
        Refused: the actor does not configure the desk there.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    tag = get_visible(Tag, actor, Tag.objects.select_related("organisation"), pk=tag_id)
    if not actor.scope.allows(tagging.MANAGE, tag.organisation_id):
        raise Refused(_("Your role does not let you add or change tags of this organisation."))
    form, status = MergeTagForm(actor=actor, tag=tag), 200
    if request.method == "POST":
        form, status = MergeTagForm(request.POST, actor=actor, tag=tag), 422
        if form.is_valid():
            try:
                kept = tagging.merge_tags(actor=actor, tag=tag, into=form.cleaned_data["into"])
            except (NotFound, Refused):
                raise
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("The tags are one: “%(name)s”.") % {"name": kept})
                return redirect("desk:tags")
    context = {"tag": tag, "form": form, "count": tags.counts([tag]).get(tag.pk, 0)}
    return render(request, "desk/tags/merge.html", context, status=status)
