"""One ticket: its story, its clocks, and what can be done with it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compagnon.contracts import queries as contract_queries
from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound, Refused, Stale
from compagnon.desk import (
    approvals,
    copied,
    following,
    forms,
    inline_pictures,
    presence,
    queries,
    requests_reading,
    stories,
    tags,
    ties,
    timeline,
    undoing,
    waiting,
)
from compagnon.desk.errors import Crossed
from compagnon.desk.models import Attachment, Priority, Ticket, Watcher
from compagnon.desk.once import once
from compagnon.desk.page_verbs import PageVerb
from compagnon.desk.policies import is_party, is_support
from compagnon.desk.rules import MATRIX
from compagnon.desk.services import outgoing
from compagnon.desk.services.changing import SUBJECT, rules_of
from compagnon.desk.verbs_on_pages import BY_NAME, VERBS
from compagnon.ui import live

COMPOSER = ("reply", "note", "solve")
# Dialogs that have their own button on the page.
SHOWN_APART = frozenset({"reopen", "assign", "solve-children", "tags"})
SHORTCUTS = {
    "reply": "r",
    "note": "i",
    "take": "t",
    "assign": "a",
    "solve": "s",
    "qualify": "q",
    "pend": "p",
    "resume": "u",
    "merge": "m",
    "link": "l",
    "escalate": "e",
    "plan": "c",
    "reopen": "o",
    "tags": "y",
    "watch": "w",
    "unwatch": "w",
    "follow-copied": "f",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """A verb that a page offers, with its form and the key that opens it."""

    verb: PageVerb
    form: forms.VerbForm
    key: str = ""


@login_required
@require_safe
def ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Show a ticket."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.get_ticket(actor, ticket_id)
    version = live.version(found.pk, found.version)
    if request.headers.get("HX-Request") == "true" and "Live-Version" in request.headers:
        if (same := live.unchanged(request, version)) is not None:
            return same
        return render(request, "desk/_timeline.html", _story(actor, found))
    return render(request, "desk/ticket.html", _page(actor, found))


@login_required
@require_POST
def act(request: HttpRequest, ticket_id: int, name: str) -> HttpResponse:
    """Do one verb on a ticket; what is refused comes back with the page and what was written."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if name not in BY_NAME:
        raise Http404
    verb = BY_NAME[name]
    found = queries.get_ticket(actor, ticket_id)
    form = verb.form(request.POST, request.FILES, actor=actor, ticket=found)
    status = 422
    if not verb.allowed(actor, found):
        # Before the form: what it offers (teams, technicians) is not for who may not send it.
        raise Refused(_("Your role does not allow this on this organisation's tickets."))
    if form.is_valid():
        try:
            once(actor, _writing_key(request, found, form), lambda: _done(verb, actor, found, form))
        except NotFound:
            raise
        except CompagnonError as error:
            status = error.status
            add_errors(form, error)
        else:
            presence.drop_draft(actor=actor, ticket=found, place=name)
            # The page that follows forgets the draft of what has arrived.
            messages.success(request, str(verb.done), extra_tags=f"sent-{name}")
            return redirect(goes_on(request) or reverse("desk:ticket", args=[found.pk]))
    found = queries.get_ticket(actor, ticket_id)
    page = _page(actor, found, failed=(verb, form))
    return render(request, "desk/ticket.html", page, status=status)


def _done(verb: PageVerb, actor: Actor, found: Ticket, form: Any) -> int:
    verb.run(actor, found, form.cleaned_data)
    return found.pk


def _writing_key(request: HttpRequest, found: Ticket, form: Any) -> str:
    """Give what is the same when a text is sent twice from one page, by two presses or two keys.

    The page that follows has another last message: the same words may be said again there. Empty
    where the page does not say what was read: it is done each time.
    """
    seen = form.cleaned_data.get("seen")
    if seen is None:
        return ""
    files = [f"{one.name}:{one.size}" for one in request.FILES.getlist("attachments")]
    said = [request.path, str(found.pk), str(seen), form.cleaned_data.get("text", ""), *files]
    return "write-" + hashlib.sha256("\0".join(said).encode()).hexdigest()[:50]


def goes_on(request: HttpRequest, given: QueryDict | None = None) -> str:
    """Give the list from which somebody acted, if the form names one of our pages."""
    asked = (request.POST if given is None else given).get("next", "")
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours and asked.startswith("/") else ""


def add_errors(form: Any, error: CompagnonError) -> None:
    """Put a service's refusal on the form: by field where it names fields, else on top."""
    named = False
    for field, texts in error.fields.items():
        if field in form.fields:
            named = True
            for text in texts:
                form.add_error(field, str(text))
    if not named or not error.fields:
        form.add_error(None, str(error))
    if isinstance(error, Stale):
        # What was typed stays; sent again, it is about the ticket as the page now shows it.
        form.data = form.data.copy()
        form.data["version"] = ""
        form.data["seen"] = ""
    if isinstance(error, Crossed):
        # A third who writes meanwhile is not passed over either.
        form.data["seen"] = str(error.newer[-1].pk)
        form.newer = error.newer


def _story(actor: Actor, found: Ticket) -> dict[str, Any]:
    """Give what keeps itself up to date on the page: the story, the state, what stands beside."""
    support = is_support(actor, found)
    asked = requests_reading.answers_of(actor, found)
    tags.show(actor, [found])
    context: dict[str, Any] = {
        "ticket": found,
        "support": support,
        "party": is_party(actor, found),
        "items": timeline.tell(queries.timeline(actor, found), support=support),
        "solution": queries.solution_to_answer(found),
        "version": live.version(found.pk, found.version),
        "verbs": {
            verb.name: {"verb": verb}
            for verb in VERBS
            if verb.offered(actor, found, support=support)
        },
        "refusal": _form(BY_NAME["refuse"], actor, found, None),
        "goes_on_in": ties.goes_on_in(actor, found),
        "approvals": approvals.of_ticket(actor, found),
        "answers": requests_reading.told(asked),
        "plan_done": requests_reading.all_done(found, asked),
        "tags": found.shown_tags,  # type: ignore[attr-defined]
    }
    if support:
        links = ties.links_of(actor, found)
        if not (parts := ties.open_parts(links)):
            context["verbs"].pop("solve-children", None)
        context |= {
            "ties": links,
            "open_parts": parts,
            "watchers": (watchers := list(found.watchers.select_related("person"))),
            "watches": any(one.person_id == actor.id for one in watchers),
            "copied": (others := copied.of_ticket(actor, found)),
            "copied_others": len(others) - 1,
            "copied_known": sum(one.person is not None for one in others),
            "readings": contract_queries.clocks_of(SUBJECT, found.pk, as_of=timezone.now()),
            "similar": queries.similar_open(actor, found),
            "mails": list(queries.mail_of(actor, found)),
            "contacts": queries.contacts_of(actor, found),
            "wait": waiting.current(actor, found),
            "undo": undoing.offer(actor, found),
        }
    elif not context["party"]:
        # Who follows the requests sees what the client's contract counts, and no other clock.
        context |= {"follower": True, "readings": following.told_clocks(actor, found)}
    return context


def _page(
    actor: Actor, found: Ticket, failed: tuple[PageVerb, forms.VerbForm] | None = None
) -> dict[str, Any]:
    context = _story(actor, found)
    offered = {
        verb.name: Offered(verb, _form(verb, actor, found, failed), SHORTCUTS.get(verb.name, ""))
        for verb in VERBS
        if verb.name in context["verbs"] or (failed and failed[0] is verb)
    }
    last = max((told.item.pk for told in context["items"] if told.kind == "message"), default=0)
    for name in COMPOSER:
        if name in offered:
            offered[name].form.initial["seen"] = last
    asking = [
        one
        for name, one in offered.items()
        if not one.verb.in_place
        and name not in COMPOSER
        # Beside the solution itself, for its user.
        and not (name == "refuse" and context["party"])
    ]
    context |= {
        "verbs": offered,
        # Support's answer has its key on the button at the top.
        "composer": [
            replace(one, key="" if context["support"] and name == "reply" else SHORTCUTS[name])
            for name in COMPOSER
            if (one := offered.get(name))
        ],
        "dialogs": asking,
        "menu": [
            one
            for one in asking
            if one.verb.name not in {"reopen", "assign", "solve-children", "tags"}
        ],
        "failed": failed[0].name if failed else "",
        "failed_form": failed[1] if failed else None,
    }
    if context["support"]:
        context["page_shortcuts"] = [
            (offered[name].verb.label, key)
            for name, key in SHORTCUTS.items()
            if name in offered and (name != "follow-copied" or context["copied_known"])
        ]
        context |= _receivers(actor, found, context["watchers"])
    if "qualify" in offered:
        context["matrix"] = json.dumps(rules_of(found).matrix or MATRIX)
        context["priorities"] = Priority.choices
    if failed and failed[0].name == "refuse":
        context["refusal"] = failed[1]
    return context


def _receivers(actor: Actor, found: Ticket, watchers: list[Watcher]) -> dict[str, list[str]]:
    """Say who an answer goes to: who asked, for whom, and whoever follows, each once."""
    people = {found.beneficiary_id: found.beneficiary, found.requester_id: found.requester}
    people |= {one.person_id: one.person for one in watchers if one.by_mail}
    people.pop(actor.id or 0, None)
    reached = outgoing.addresses(list(people))
    return {
        "by_mail": [str(person) for key, person in people.items() if key in reached],
        "on_page": [str(person) for key, person in people.items() if key not in reached],
    }


def _form(
    verb: PageVerb,
    actor: Actor,
    found: Ticket,
    failed: tuple[PageVerb, forms.VerbForm] | None,
) -> forms.VerbForm:
    if failed and failed[0] is verb:
        return failed[1]
    return verb.form(actor=actor, ticket=found, auto_id=f"id_{verb.name}_%s")


@login_required
@require_safe
def journal(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Show the journal of a ticket, in words, with before and after."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.get_ticket(actor, ticket_id)
    lines = stories.journal_lines(list(queries.journal_of(actor, found)[:500]))
    return render(request, "desk/journal.html", {"ticket": found, "lines": lines})


@login_required
@require_safe
def attachment(request: HttpRequest, attachment_id: int) -> FileResponse:
    """Give a file of a message; shown in place only if it is a harmless picture."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found: Attachment = queries.get_attachment(actor, attachment_id)
    return files.serve(found.file, name=found.name, inline="inline" in request.GET)


@login_required
@require_safe
def message_html(request: HttpRequest, message_id: int) -> HttpResponse:
    """Give a message's sanitised HTML as a page of its own, to be shown in a sandboxed frame."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    message = queries.get_message(actor, message_id)
    response = render(
        request, "desk/message_frame.html", {"html": inline_pictures.with_pictures(message)}
    )
    response["Content-Security-Policy"] = (
        "default-src 'none'; img-src data:; style-src 'self'; sandbox; frame-ancestors 'self'"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response
