"""Pages of a centre's evidence rules."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core.actor import Actor
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import Conflict, Invalid, Refused, Stale
from compagnon.core.visibility import get_visible, visible
from compagnon.people.models import Organisation
from compagnon.titles import sources
from compagnon.titles.forms.evidence import RuleForm, written
from compagnon.titles.models import EvidenceRule
from compagnon.titles.queries import evidence as queries
from compagnon.titles.services import evidence_rules as services
from compagnon.titles.views.deeds import refuse


@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """List the rules of one's centres."""
    actor = actor_of(request)
    kinds = sources.kinds()
    rows = [
        (one, kinds[one.kind][0] if one.kind in kinds else one.kind, written(one.conditions))
        for one in queries.evidence_rules(actor)
    ]
    reach = actor.scope.organisations("candidacy.train")
    centres = visible(Organisation, actor).filter(is_active=True).order_by("name")
    context = {
        "rows": rows,
        "may_write": actor.scope.allows_somewhere("candidacy.train"),
        "centres": (centres if reach is None else centres.filter(pk__in=reach))[:50],
    }
    return render(request, "titles/evidence/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_add(request: HttpRequest) -> HttpResponse:
    """Add a rule."""
    actor = actor_of(request)
    if not actor.scope.allows_somewhere("candidacy.train"):
        raise Refused
    return _form(request, actor, None)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_change(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Change a rule."""
    actor = actor_of(request)
    row = get_visible(EvidenceRule, actor, queries.evidence_rules(actor), pk=rule_id)
    if not services.may_keep(actor, row.organisation_id):
        raise Refused
    return _form(request, actor, row)


def _form(request: HttpRequest, actor: Actor, row: EvidenceRule | None) -> HttpResponse:
    form = RuleForm(request.POST or None, actor=actor, row=row)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            expected = values.pop("version")
            try:
                services.save(
                    actor=actor,
                    rule_id=row.pk if row else None,
                    expected_version=expected if row else None,
                    **values,
                )
            except (Invalid, Conflict, Stale) as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, _("The rule is saved."))
                return redirect("titles:evidence_rule_list")
    context = {"form": form, "row": row, "kinds": sources.kinds()}
    return render(request, "titles/evidence/rule.html", context, status=status)


@require_POST
def rule_remove(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Remove a rule."""
    services.remove(actor=actor_of(request), rule_id=rule_id)
    messages.success(request, _("The rule is removed; what it proposed stays."))
    return redirect("titles:evidence_rule_list")


@require_POST
def rule_install(request: HttpRequest) -> HttpResponse:
    """Give a centre the rules that come with the product."""
    actor = actor_of(request)
    key = request.POST.get("organisation", "")
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        raise Invalid(fields={"organisation": [_("Choose a centre.")]})
    organisation = get_visible(Organisation, actor, pk=int(key))
    made = services.install(actor=actor, organisation=organisation)
    messages.success(
        request,
        ngettext("%(count)d rule was added.", "%(count)d rules were added.", made)
        % {"count": made},
    )
    return redirect("titles:evidence_rule_list")
