"""Answering the pickers: a few persons for the words typed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compagnon.core.lookups import key_of
from compagnon.people.queries import main_emails, pick_persons
from compagnon.people.views.acting import actor_of

# Of the organisations below which persons are sought: as many as an address holds.
MOST = 100


@require_safe
def persons(request: HttpRequest) -> HttpResponse:
    """Answer ``?q=`` with at most 20 persons, as options of a picker.

    ``organisation=`` keeps those of one; ``within=``, once or more, those of it or below.
    """
    organisation = request.GET.get("organisation", "")
    found = pick_persons(
        actor_of(request),
        request.GET.get("q", ""),
        organisation_id=key_of(organisation),
        within=[key for one in request.GET.getlist("within")[:MOST] if (key := key_of(one))],
    )
    emails = main_emails([person.pk for person in found])
    options = [
        (person, " · ".join(filter(None, (person.organisation.name, emails.get(person.pk)))))
        for person in found
    ]
    return render(request, "people/options.html", {"options": options})
