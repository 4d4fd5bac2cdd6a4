"""Building the form of a request type: a draft, then versions that never change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.contracts import form_words, policies
from compagnon.contracts.asking import definition as forms
from compagnon.contracts.asking import editing, plans
from compagnon.contracts.errors import InUse
from compagnon.contracts.models import FormVersion, RequestForm, RequestType
from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, Stale
from compagnon.core.services import service
from compagnon.core.visibility import visible
from compagnon.people.models import Person, Team

VERB = "form.manage"
DOCUMENT_MAX = 500_000
FORMAT = "compagnon.request-form"


def locked(request_type: RequestType) -> RequestForm:
    """Give the form of a type, locked; an empty draft, written now, where it had none."""
    made, _new = RequestForm.objects.get_or_create(request_type=request_type)
    return RequestForm.objects.select_for_update(of=("self",)).get(pk=made.pk)


@service(VERB)
def write_form(
    *,
    actor: Actor,
    request_type: RequestType,
    definition: Mapping[str, Any] | None = None,
    plan: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
) -> RequestForm:
    """Write the draft of a form, of what follows, or both; nobody sees it before it is published.

    Raises:
        Refused: the actor does not manage forms.
        Stale: somebody changed the draft meanwhile.
        Invalid: the document cannot be read, or names a person whom the actor does not see; says
            where and why.
    """
    policies.check_everywhere(actor, VERB)
    form = locked(request_type)
    if expected_version is not None and form.version != expected_version:
        raise Stale(_("This form was changed since you opened it. Look at it again."))
    wanted = form.definition if definition is None else dict(definition)
    following = form.plan if plan is None else dict(plan)
    _check(wanted, following, draft=True)
    _check_seen(actor, following, known=_named(form.plan))
    form.definition, form.plan = wanted, following
    form.changed_at, form.version = timezone.now(), form.version + 1
    form.save(update_fields=["definition", "plan", "changed_at", "version"])
    journal.record(
        actor=actor,
        verb="form.write",
        subject=request_type,
        after={"fields": len(editing.keys_of(wanted)), "tasks": len(following.get("tasks", []))},
    )
    return form


def _check(definition: Mapping[str, Any], plan: Mapping[str, Any], *, draft: bool) -> None:
    if len(str(definition)) + len(str(plan)) > DOCUMENT_MAX:
        raise Invalid(_("This form is too large."))
    found = forms.faults(definition, empty=draft)
    if not found:
        found = plans.faults(plan, editing.fields_of(definition), editing.amounts_of(definition))
    if not found and not draft:
        found = _gone(plan)
    if found:
        said = form_words.in_words(found)
        raise Invalid(" ".join(str(one) for one in said[:3]), fields={"definition": said[:20]})


def _named(plan: Mapping[str, Any]) -> set[int]:
    """Give the keys of the persons whom a plan names."""
    return {key for one in plans.read(plan).approvals for key in one.person_ids}


def _check_seen(actor: Actor, plan: Mapping[str, Any], *, known: set[int]) -> None:
    """Refuse a person named anew whom the actor does not see, or who is gone."""
    keys = _named(plan) - known
    if not keys:
        return
    rows = visible(Person, actor, Person.objects.filter(is_active=True))
    strange = keys - set(rows.filter(pk__in=keys).values_list("pk", flat=True))
    found = [(one.key, "unknown") for one in plans.read(plan).approvals
             if strange & set(one.person_ids)]  # fmt: skip
    if found:
        said = form_words.in_words(found)
        raise Invalid(" ".join(str(one) for one in said[:3]), fields={"definition": said[:20]})


def _gone(plan: Mapping[str, Any]) -> list[forms.Fault]:
    """Find the persons and teams of a plan that are gone."""
    read = plans.read(plan)
    parts: list[plans.Step | plans.Task] = [*read.approvals, *read.tasks]
    team_keys = {one.team_id for one in parts if one.team_id}
    known = set(Team.objects.filter(pk__in=team_keys, is_active=True).values_list("pk", flat=True))
    people = set(
        Person.objects.filter(pk__in=_named(plan), is_active=True).values_list("pk", flat=True)
    )
    found = [(one.key, "unknown") for one in parts if one.team_id and one.team_id not in known]
    found += [(one.key, "unknown") for one in read.approvals if set(one.person_ids) - people]
    return found


@service(VERB)
def publish_form(
    *, actor: Actor, request_type: RequestType, expected_version: int | None = None
) -> FormVersion:
    """Publish the draft: from now on people ask with it. What was asked keeps its own version.

    Raises:
        Refused: the actor does not manage forms.
        Stale: somebody changed the draft meanwhile.
        Invalid: the form asks nothing, or names somebody who is gone.
    """
    policies.check_everywhere(actor, VERB)
    form = locked(request_type)
    if expected_version is not None and form.version != expected_version:
        raise Stale(_("This form was changed since you opened it. Look at it again."))
    _check(form.definition, form.plan, draft=False)
    last = form.versions.order_by("-number").first()
    made = FormVersion.objects.create(
        form=form,
        number=(last.number if last else 0) + 1,
        definition=form.definition,
        plan=form.plan,
        published_at=timezone.now(),
    )
    form.published, form.version = made, form.version + 1
    form.save(update_fields=["published", "version"])
    journal.record(
        actor=actor, verb="form.publish", subject=request_type, after={"number": made.number}
    )
    return made


@service(VERB)
def withdraw_form(*, actor: Actor, request_type: RequestType) -> RequestForm:
    """Take a form off: the type is asked for in plain words again. Its draft stays.

    Raises:
        Refused: the actor does not manage forms.
        InUse: no version is published.
    """
    policies.check_everywhere(actor, VERB)
    form = locked(request_type)
    if form.published_id is None:
        raise InUse(_("No version of this form is published."))
    form.published, form.version = None, form.version + 1
    form.save(update_fields=["published", "version"])
    journal.record(actor=actor, verb="form.withdraw", subject=request_type)
    return form


def exported(form: RequestForm) -> dict[str, Any]:
    """Give a form as a document that another installation can read; teams by their names."""
    keys = {
        one.get("team_id") for name in ("approvals", "tasks") for one in form.plan.get(name, [])
    }
    teams = dict(Team.objects.filter(pk__in=keys - {None}).values_list("pk", "name"))
    plan = form.plan | {
        name: [
            {key: value for key, value in one.items() if key not in {"team_id", "person_ids"}}
            | ({"team": teams[one["team_id"]]} if one.get("team_id") in teams else {})
            for one in form.plan.get(name, [])
        ]
        for name in ("approvals", "tasks")
    }
    return {"format": FORMAT, "version": 1, "form": form.definition, "plan": plan}


@service(VERB)
def import_form(*, actor: Actor, request_type: RequestType, document: object) -> RequestForm:
    """Write a draft from an exported document. Teams are found by name.

    Persons are not exported: an approval that named some is asked of the organisation's
    representatives.

    Raises:
        Refused: the actor does not manage forms.
        Invalid: it is not such a document, or names a team that is not here.
    """
    policies.check_everywhere(actor, VERB)
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise Invalid(_("This is not an exported form."))
    plan = document.get("plan") or {}
    if not isinstance(plan, Mapping):
        raise Invalid(_("This is not an exported form."))
    teams = {name: key for key, name in Team.objects.filter(is_active=True).order_by("-pk")
             .values_list("pk", "name")}  # fmt: skip
    following = dict(plan)
    for name in ("approvals", "tasks"):
        rows = plan.get(name, [])
        if isinstance(rows, list):
            following[name] = [_local(one, teams) if isinstance(one, dict) else one for one in rows]
    return write_form(
        actor=actor,
        request_type=request_type,
        definition=document.get("form") or {},
        plan=following,
    )


def _local(one: dict[str, Any], teams: Mapping[str, int]) -> dict[str, Any]:
    made = {key: value for key, value in one.items() if key not in {"team", "team_id"}}
    if "team" in one:
        key = teams.get(str(one["team"]))
        if key is None:
            raise Invalid(
                _("There is no team “%(name)s” here: make it, or name another one in the file.")
                % {"name": str(one["team"])[:80]}
            )
        made["team_id"] = key
    if made.get("whom") == "persons" and not made.get("person_ids"):
        made["whom"] = "representatives"
    return made
