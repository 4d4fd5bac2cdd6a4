"""Persons: adding one, and one with contact points, teams, roles and account on one page."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import visibility
from compagnon.core.actor import Actor
from compagnon.core.crud import services as keeping
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.lookups import key_of
from compagnon.people import policies, queries_providers
from compagnon.people.backends import SECOND_FACTORS
from compagnon.people.forms import (
    AccountForm,
    ContactForm,
    NewPersonForm,
    RoleGiftForm,
    TeamChoiceForm,
)
from compagnon.people.models import (
    Account,
    ContactPoint,
    Membership,
    Person,
    RoleAssignment,
    Team,
)
from compagnon.people.queries import main_email
from compagnon.people.queries_sign_in import sessions_of
from compagnon.people.resources import PERSONS
from compagnon.people.services import contact_points, merging, persons, roles, teams
from compagnon.people.views.acting import actor_of, attempt, one


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a person."""
    actor = actor_of(request)
    keeping.check(actor, PERSONS, "add")
    asked = request.GET.get("organisation", "")
    form = NewPersonForm(
        actor,
        request.POST if request.method == "POST" else None,
        key_of(asked),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                person = persons.create(actor=actor, **form.values())
            except (Invalid, Conflict) as error:
                form.refuse(error)
            else:
                messages.success(request, _("Added: %(thing)s") % {"thing": person})
                return redirect(PERSONS.url("detail", person))
    context = {
        "resource": PERSONS,
        "title": _("Persons"),
        "list_url": PERSONS.url("list"),
        "back_url": PERSONS.url("list"),
        "form": form,
        "row": None,
    }
    return render(request, "core/crud/form.html", context, status=status)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person."""
    actor = actor_of(request)
    return _page(request, actor, _person(actor, pk))


@require_POST
def add_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an address or a number."""
    actor = actor_of(request)
    person = _person(actor, pk)
    form = ContactForm(request.POST)
    if form.is_valid():
        refused = attempt(
            request,
            lambda: contact_points.add(actor=actor, person=person, **form.cleaned_data),
            _("Added."),
        )
        if refused is None:
            return _back(request, pk)
        form.refuse(refused)
    return _page(request, actor, person, contact_form=form, status=422)


@require_POST
def contact(request: HttpRequest, pk: int, point_id: int, action: str) -> HttpResponse:
    """Make a contact point the main one, or delete it."""
    actor = actor_of(request)
    point = one(ContactPoint, actor, point_id, ContactPoint.objects.filter(person_id=pk))
    if action == "main":
        attempt(
            request,
            lambda: contact_points.make_primary(actor=actor, point=point),
            _("It is now the main one."),
        )
    else:
        attempt(request, lambda: contact_points.remove(actor=actor, point=point), _("Deleted."))
    return _back(request, pk)


@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the person in a team."""
    actor = actor_of(request)
    person = _person(actor, pk)
    form = TeamChoiceForm(actor, request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: teams.add_member(actor=actor, team=form.cleaned_data["team"], person=person),
            _("In the team."),
        )
    return redirect("people:person_detail", pk=pk)


@require_POST
def leave(request: HttpRequest, pk: int, team_id: int) -> HttpResponse:
    """Take the person out of a team."""
    actor = actor_of(request)
    person, team = _person(actor, pk), one(Team, actor, team_id)
    attempt(
        request,
        lambda: teams.remove_member(actor=actor, team=team, person=person),
        _("Out of the team."),
    )
    return redirect("people:person_detail", pk=pk)


@require_POST
def give_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the person a role."""
    actor = actor_of(request)
    person = _person(actor, pk)
    form = RoleGiftForm(actor, request.POST)
    if form.is_valid():
        refused = attempt(
            request,
            lambda: roles.give(actor=actor, person=person, **form.cleaned_data),
            _("The role is given."),
        )
        if refused is None:
            return redirect("people:person_detail", pk=pk)
        form.refuse(refused)
    return _page(request, actor, person, role_form=form, status=422)


@require_POST
def take_role(request: HttpRequest, pk: int, assignment_id: int) -> HttpResponse:
    """Take a role away from the person."""
    actor = actor_of(request)
    rows = RoleAssignment.objects.filter(person_id=pk)
    assignment = one(RoleAssignment, actor, assignment_id, rows)
    attempt(
        request,
        lambda: roles.take_away(actor=actor, assignment=assignment),
        _("The role is taken away."),
    )
    return redirect("people:person_detail", pk=pk)


@require_POST
def activity(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Close the record of a person who has left, or open it again."""
    actor = actor_of(request)
    person = _person(actor, pk)
    if action == "close":
        attempt(
            request,
            lambda: persons.deactivate(actor=actor, person=person),
            _("Closed: the person is no longer offered, and can no longer sign in."),
        )
    else:
        attempt(request, lambda: persons.reactivate(actor=actor, person=person), _("Open again."))
    return redirect("people:person_detail", pk=pk)


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Give all that is this record's to another record of the same person."""
    actor = actor_of(request)
    gone = _person(actor, pk)
    given = request.POST.get("into", "")
    if not given.isdecimal() or len(given) > 18:
        messages.error(request, _("Choose a person in the list."))
        return redirect("people:person_detail", pk=pk)
    kept = _person(actor, int(given))
    refused = attempt(
        request,
        lambda: merging.merge(actor=actor, gone=gone, kept=kept),
        _("The two records are one."),
    )
    return redirect("people:person_detail", pk=pk if refused else kept.pk)


def _person(actor: Actor, pk: int) -> Person:
    return one(Person, actor, pk, Person.objects.select_related("organisation", "site"))


def _back(request: HttpRequest, pk: int) -> HttpResponse:
    if request.POST.get("back") == "profile":
        return redirect("people:profile")
    return redirect("people:person_detail", pk=pk)


def _page(
    request: HttpRequest,
    actor: Actor,
    person: Person,
    *,
    contact_form: ContactForm | None = None,
    role_form: RoleGiftForm | None = None,
    account_form: AccountForm | None = None,
    status: int = 200,
) -> HttpResponse:
    def may(verb: str) -> bool:
        return policies.may(actor, verb, person.organisation_id)

    gives_roles = actor.scope.allows_somewhere("role.manage")
    account = visibility.visible(Account, actor).filter(person=person).first()
    context = {
        "person": person,
        "contacts": visibility.visible(ContactPoint, actor).filter(person=person),
        "memberships": visibility.visible(Membership, actor)
        .filter(person=person)
        .select_related("team__organisation"),
        "assignments": visibility.visible(RoleAssignment, actor)
        .filter(person=person)
        .select_related("role", "organisation"),
        "manages": may("person.manage"),
        "manages_data": policies.may(actor, "privacy.manage", person.organisation_id),
        "manages_account": may("account.manage"),
        "manages_teams": actor.scope.allows_somewhere("team.manage"),
        "gives_roles": gives_roles,
        "is_self": policies.is_self(actor, person),
        "account": account,
        "change_url": PERSONS.url("change", person)
        if keeping.may(actor, PERSONS, "change", person)
        else "",
        "list_url": PERSONS.url("list"),
        "contact_form": contact_form or ContactForm(),
        "team_form": TeamChoiceForm(actor),
        "role_form": role_form
        or (RoleGiftForm(actor, organisation_id=person.organisation_id) if gives_roles else None),
        "account_form": account_form or AccountForm(initial={"email": main_email(person)}),
    }
    if account is not None and may("account.manage"):
        context["sessions"] = sessions_of(account).count()
        context["may_see_sessions"] = context["is_self"] or policies.outranks(actor, person)
        context["identities"] = queries_providers.linked(account)
        context["second_factor"] = Authenticator.objects.filter(
            user=account, type__in=SECOND_FACTORS
        ).exists()
    return render(request, "people/person.html", context, status=status)
