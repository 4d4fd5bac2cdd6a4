"""Pages behind the links of our mail: no sign-in, one thing to do, and only by a button.

Reading the page changes nothing: mail programs and filters open links by themselves.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from compagnon.core.actor import Actor, ActorKind, Source
from compagnon.core.errors import CompagnonError
from compagnon.desk import links, services
from compagnon.desk.forms import LinkAnswerForm, SignForm
from compagnon.desk.models import SolutionState, Ticket
from compagnon.desk.views.work import picture
from compagnon.people.models import Person
from compagnon.people.queries import scope_of


def bearer(request: HttpRequest, ticket: Ticket) -> Actor:
    """Give the actor that a link stands for: the ticket's requester, through that door."""
    person: Person = ticket.requester
    return Actor(
        kind=ActorKind.PERSON,
        id=person.pk,
        label=str(person),
        source=Source.LINK,
        # No verb of the person's roles comes with a link: only what a requester may do.
        scope=scope_of(person, only=frozenset({"ticket.own"})),
        correlation_id=request.correlation_id,  # type: ignore[attr-defined]
    )


def language_of(request: HttpRequest, person: Person) -> str:
    """The language chosen on this device, else the person's own."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else person.language


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show a proposed solution; take the user's acceptance or refusal."""
    solution = links.solution_of(token)
    ticket = solution.ticket
    with translation.override(language_of(request, ticket.requester)):
        form = LinkAnswerForm(request.POST or None)
        status = 200
        if request.method == "POST":
            status = 422
            if form.is_valid():
                try:
                    _answer(request, ticket, form)
                except CompagnonError as error:
                    status = error.status
                    form.add_error(None, str(error))
                else:
                    return redirect("desk:answer", token=token)
        context = {
            "solution": solution,
            "ticket": ticket,
            "form": form,
            "waits": solution.state == SolutionState.PROPOSED,
        }
        response = render(request, "desk/answer.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, ticket: Ticket, form: LinkAnswerForm) -> None:
    actor = bearer(request, ticket)
    if form.cleaned_data["answer"] == "accept":
        services.accept_solution(actor=actor, ticket_id=ticket.pk)
    else:
        services.refuse_solution(
            actor=actor, ticket_id=ticket.pk, reason=form.cleaned_data["reason"]
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, token: str) -> HttpResponse:
    """Show an intervention sheet to its user, who signs it on their own phone."""
    sheet = links.sheet_of(token)
    ticket = sheet.task.ticket
    with translation.override(language_of(request, ticket.beneficiary)):
        form = SignForm(request.POST or None, initial={"name": str(ticket.beneficiary)})
        status = 200
        if request.method == "POST":
            status = 422
            if form.is_valid():
                try:
                    services.sign_sheet(
                        actor=bearer(request, ticket),
                        sheet_id=sheet.pk,
                        name=form.cleaned_data["name"],
                        remarks=form.cleaned_data["remarks"],
                        signature=picture(form.cleaned_data["signature"]),
                    )
                except CompagnonError as error:
                    status = error.status
                    form.add_error(None, str(error))
                else:
                    return redirect("desk:sign_link", token=token)
        context = {"sheet": sheet, "task": sheet.task, "ticket": ticket, "form": form}
        response = render(request, "desk/sign_link.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response
