"""Directories: the list, the form, what a group gives, a trial, previews and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import keyset
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.visibility import visible
from compagnon.people import directory_words, policies, queries_directories
from compagnon.people.forms_directories import DirectoryForm, RuleForm
from compagnon.people.models import (
    DIRECTORY_UNDER_WAY,
    Account,
    Directory,
    DirectoryAction,
    DirectoryLink,
    DirectoryRule,
    DirectoryRun,
    DirectoryRunState,
    DirectoryStep,
    DirectoryStepState,
    Person,
)
from compagnon.people.services import directories, directory_links, directory_runs
from compagnon.people.views.acting import TOLD, actor_of, attempt, one
from compagnon.ui import live

ROWS = 50
RUNS_SHOWN = 10


def _manager(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.scope.allows_somewhere(directories.VERB):
        raise Refused(_("Your roles do not allow this."))
    return actor


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the directories, with how each goes."""
    actor = _manager(request)
    rows = (
        visible(Directory, actor)
        .select_related("organisation")
        .annotate(
            people=Count("links", filter=Q(links__suspended_at=None)),
            suspended=Count("links", filter=Q(links__suspended_at__isnull=False)),
        )
    )
    found = [(row, directory_words.in_words(row.error)[0]) for row in rows[:200]]
    return render(request, "people/directories/list.html", {"directories": found})


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a directory."""
    return _edit(request, _manager(request), None)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change how a directory is read."""
    actor = _manager(request)
    return _edit(request, actor, one(Directory, actor, pk))


def _edit(request: HttpRequest, actor: Actor, row: Directory | None) -> HttpResponse:
    form = DirectoryForm(actor, row, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = _save(actor, row, form)
            except TOLD as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("Saved: %(thing)s") % {"thing": saved})
                return redirect("people:directory", saved.pk)
    context = {"form": form, "directory": row}
    return render(request, "people/directories/form.html", context, status=status)


def _save(actor: Actor, row: Directory | None, form: DirectoryForm) -> Directory:
    values = form.values()
    if row is None:
        return directories.create(actor=actor, values=values)
    return directories.change(
        actor=actor, directory=row, values=values, expected_version=form.cleaned_data["version"]
    )


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a directory: how it goes, what its groups give, its synchronisations."""
    actor = _manager(request)
    return _detail(request, actor, pk)


def _detail(
    request: HttpRequest, actor: Actor, pk: int, status: int = 200, **more: Any
) -> HttpResponse:
    rows = Directory.objects.select_related("organisation", "set_by")
    row = one(Directory, actor, pk, rows)
    words, said = directory_words.in_words(row.error)
    links = row.links.aggregate(
        people=Count("pk", filter=Q(suspended_at=None)),
        suspended=Count("pk", filter=Q(suspended_at__isnull=False)),
    )
    context = {
        "directory": row,
        "error": words,
        "said": said,
        **links,
        "rules": row.rules.select_related("team", "role", "organisation"),
        "rule_form": RuleForm(actor),
        "runs": row.runs.select_related("asked_by")[:RUNS_SHOWN],
        **more,
    }
    return render(request, "people/directories/detail.html", context, status=status)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a directory away; its people stay."""
    actor = _manager(request)
    row = one(Directory, actor, pk)
    refused = attempt(
        request, lambda: directories.remove(actor=actor, directory=row), _("Deleted.")
    )
    return redirect("people:directory", pk) if refused else redirect("people:directories")


@require_POST
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a directory and tell what is there, in plain words; nothing is written."""
    actor = _manager(request)
    row = one(Directory, actor, pk)
    policies.check(actor, directories.VERB, row.organisation_id)
    # Outside of any transaction: a server may take its time.
    found = queries_directories.try_directory(row, name=request.POST.get("name", "").strip()[:254])
    words = directory_words.FAILURES.get(found.code, found.code)
    return _detail(request, actor, pk, trial=found, trial_words=words)


@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the directory read and told what would change."""
    actor = _manager(request)
    row = one(Directory, actor, pk)
    try:
        run = directory_runs.preview(actor=actor, directory=row)
    except TOLD as error:
        messages.error(request, str(error))
        return redirect("people:directory", pk)
    return redirect("people:directory_run", run.pk)


@require_POST
def add_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what being in a group gives."""
    actor = _manager(request)
    row = one(Directory, actor, pk)
    form = RuleForm(actor, request.POST)
    status = 422
    if form.is_valid():
        try:
            directories.add_rule(actor=actor, directory=row, **form.cleaned_data)
        except TOLD as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, _("Saved. It is given at the next synchronisation."))
            return redirect("people:directory", pk)
    return _detail(request, actor, pk, status=status, rule_form=form)


@require_POST
def remove_rule(request: HttpRequest, pk: int, rule_id: int) -> HttpResponse:
    """Have a group give no more."""
    actor = _manager(request)
    row = one(DirectoryRule, actor, rule_id, DirectoryRule.objects.filter(directory_id=pk))
    attempt(
        request,
        lambda: directories.remove_rule(actor=actor, rule=row),
        _("Removed. What it gave is taken back at the next synchronisation."),
    )
    return redirect("people:directory", pk)


@require_http_methods(["GET", "HEAD"])
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a preview or a synchronisation: counts, then each step, those of one kind if asked."""
    actor = _manager(request)
    rows = DirectoryRun.objects.select_related("directory__organisation", "asked_by")
    row = one(DirectoryRun, actor, pk, rows)
    is_running = row.state in DIRECTORY_UNDER_WAY
    done = (
        row.steps.exclude(state=DirectoryStepState.TODO).count()
        if row.state == DirectoryRunState.APPLYING
        else 0
    )
    version = live.version((row.pk, done), (row.pk, len(row.state)))
    is_live = request.headers.get("HX-Request") == "true"
    if is_live and (same := live.unchanged(request, version)) is not None:
        return same
    context = {
        "run": row,
        "directory": row.directory,
        "is_running": is_running,
        "version": version,
        "done": done,
        **_steps(request, actor, row),
    }
    template = "people/directories/_run.html" if is_live else "people/directories/run.html"
    return render(request, template, context)


def _steps(request: HttpRequest, actor: Actor, row: DirectoryRun) -> dict[str, Any]:
    action = request.GET.get("action", "")
    action = action if action in DirectoryAction.values else ""
    rows = queries_directories.steps(actor, row, action=action).select_related("person")
    take: Callable[[str | None], keyset.Slice[DirectoryStep]] = lambda cursor: keyset.take(  # noqa: E731
        rows.order_by(), ordering="position", limit=ROWS, cursor=cursor
    )
    try:
        page = take(request.GET.get("cursor"))
    except Invalid:
        page = take(None)
    words, said = directory_words.in_words(row.error)
    gifts = directory_words.gifts(page.rows)
    names = dict(DirectoryAction.choices)
    total = sum(number for name, number in row.counts.items() if name != "conflict")
    return {
        "page": page,
        "action": action,
        "total": total,
        "all_steps": sum(row.counts.values()),
        "counted": [(name, names[name], number) for name, number in row.counts.items() if number],
        "lines": [
            {
                "step": step,
                "reason": directory_words.reason(step),
                "changes": directory_words.changes(step),
                "gift": gifts.get(step.pk, ""),
                "by_hand": step.code in directory_words.BY_HAND and step.person_id is not None,
            }
            for step in page.rows
        ],
        "error": words,
        "said": said,
        "is_above": directory_runs.is_above_ceiling(row),
        "refused": row.steps.filter(state=DirectoryStepState.REFUSED).count(),
    }


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out what was previewed."""
    actor = _manager(request)
    row = one(DirectoryRun, actor, pk, DirectoryRun.objects.select_related("directory"))
    attempt(
        request,
        lambda: directory_runs.apply(
            actor=actor, run=row, confirmed=request.POST.get("confirmed") == "yes"
        ),
        _("It is being carried out."),
    )
    return redirect("people:directory_run", pk)


@require_POST
def link(request: HttpRequest, pk: int, step_id: int) -> HttpResponse:
    """Say that an entry that was left alone is the person who has its address."""
    actor = _manager(request)
    rows = DirectoryStep.objects.select_related("run__directory", "person__organisation")
    step = one(DirectoryStep, actor, step_id, rows.filter(run_id=pk))
    person = step.person
    if person is None or step.code not in directory_words.BY_HAND:
        raise NotFound
    attempt(
        request,
        lambda: directory_links.link(
            actor=actor,
            directory=step.run.directory,
            person=person,
            stable_id=step.stable_id,
            dn=str(step.values.get("dn", "")),
            login=str(step.values.get("login", "")),
        ),
        _("Linked. Preview again to see what follows."),
    )
    return redirect("people:directory_run", pk)


@require_POST
def local_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Have somebody of a directory sign in with a password of their own again."""
    actor = actor_of(request)
    account = visible(Account, actor).filter(person_id=pk).select_related("person").first()
    if account is None:
        raise NotFound
    attempt(
        request,
        lambda: directory_links.let_in_locally(actor=actor, account=account),
        _("Send them the link to choose it."),
    )
    return redirect("people:person_detail", pk)


def on_person(request: HttpRequest, person: Person) -> SafeString | None:
    """Show on a person's page to which directory they belong, to who manages accounts or them."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    may_let_in = actor.scope.allows("account.manage", person.organisation_id)
    if not may_let_in and not actor.scope.allows_somewhere(directories.VERB):
        return None
    link = DirectoryLink.objects.filter(person=person).select_related("directory").first()
    if link is None:
        return None
    context = {
        "link": link,
        "person": person,
        "may_let_in": may_let_in,
        "may_open": actor.scope.allows(directories.VERB, link.directory.organisation_id),
        "signs_in": link.signs_in and link.directory.signs_in and link.directory.is_active,
    }
    return render_to_string("people/directories/_person.html", context, request=request)
