"""The terms of a contract: written, weighed on past tickets, then put in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from compagnon.contracts import policies, queries
from compagnon.contracts.effects import Shown, shown
from compagnon.contracts.forms import CommitmentForm, CommitmentForms, TermsForm
from compagnon.contracts.forms import commitment_choices as choices_for
from compagnon.contracts.models import ServiceContract
from compagnon.contracts.proposals import CommitmentLine, TermsChange
from compagnon.contracts.services import contracts as services
from compagnon.contracts.services.terms_writing import check_terms, terms_of
from compagnon.contracts.what_if import what_if
from compagnon.core.actor import Actor
from compagnon.core.crud.pages import actor_of
from compagnon.core.errors import Conflict, Invalid, Stale

PREFIX = "c"
# The form's names for the fields that a service names.
_NAMES = {"target_seconds": "target", "category_path": "category_path"}


@dataclass(slots=True)
class Written:
    """What was sent: the form, the commitments' forms, and the lines that they give."""

    form: TermsForm
    commitments: Any
    places: list[CommitmentForm]

    @classmethod
    def of(cls, actor: Actor, row: ServiceContract, data: QueryDict | None) -> Written:
        """Read what was sent, or show the terms in force."""
        terms = terms_of(row)
        options = {"choices": choices_for(actor)}
        initial = [CommitmentForm.initial_of(line) for line in terms.commitments]
        forms = CommitmentForms(data, initial=initial, prefix=PREFIX, form_kwargs=options)
        form = TermsForm(data, actor=actor, initial=TermsForm.initial_of(row, terms))
        return cls(form, forms, [])

    def terms(self) -> TermsChange | None:
        """Give the terms as written; ``None`` when some field cannot be read."""
        valid = self.form.is_valid()
        if not (self.commitments.is_valid() and valid):
            return None
        self.places = [
            form
            for form in self.commitments
            if form.cleaned_data.get("target") is not None and not form.cleaned_data.get("DELETE")
        ]
        lines: list[CommitmentLine] = [form.line() for form in self.places]
        return self.form.terms(lines)

    def refuse(self, error: Invalid | Conflict | Stale) -> None:
        """Show what was refused beside the commitment that it names."""
        told = False
        for name, texts in error.fields.items():
            parts = name.split(".")
            for text in texts:
                told = True
                if parts[0] == "commitments" and len(parts) == 3:
                    form = self.places[int(parts[1])]
                    field = _NAMES.get(parts[2], parts[2])
                    form.add_error(field if field in form.fields else None, str(text))
                else:
                    self.form.add_error(name if name in self.form.fields else None, str(text))
        if not told:
            self.form.add_error(None, str(error))


@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Show the terms to change; weigh them, or put them in force."""
    actor = actor_of(request)
    row = queries.get_contract(actor, contract_id)
    policies.check_manage(actor, row)
    sent = request.POST if request.method == "POST" else None
    if sent is not None and sent.get("action") == "add":
        return _page(request, row, Written.of(actor, row, _one_more(sent)))
    written = Written.of(actor, row, sent)
    if sent is None:
        return _page(request, row, written)
    wanted = written.terms()
    if wanted is None:
        return _page(request, row, written, status=422)
    try:
        if sent.get("action") != "apply":
            check_terms(wanted)
            return _page(request, row, written, effect=_weigh(actor, row, written, wanted))
        services.change_terms(
            actor=actor,
            contract=row,
            terms=wanted,
            expected_version=written.form.cleaned_data["version"],
        )
    except (Invalid, Conflict, Stale) as error:
        written.refuse(error)
        return _page(request, row, written, status=error.status)
    messages.success(request, _("The new terms are in force; running clocks follow them from now."))
    return redirect("contracts:contract", row.pk)


def _one_more(sent: QueryDict) -> QueryDict:
    """Give what was sent with the place of one more commitment."""
    more = sent.copy()
    name = f"{PREFIX}-TOTAL_FORMS"
    total = more.get(name, "")
    more[name] = str(min(int(total) if total.isdecimal() else 0, 199) + 1)
    return more


def _weigh(actor: Actor, row: ServiceContract, written: Written, wanted: TermsChange) -> Shown:
    today = timezone.localdate()
    since = written.form.cleaned_data["since"] or today - timedelta(days=365)
    until = written.form.cleaned_data["until"] or today
    effect = what_if(
        actor=actor,
        contract=row,
        terms=wanted,
        since=_midnight(since),
        until=_midnight(until + timedelta(days=1)),
    )
    return shown(actor, effect)


def _midnight(day: date) -> datetime:
    # Far ends of the calendar cannot be moved to UTC, and hold no ticket.
    day = min(max(day, date(1970, 1, 2)), date(2100, 12, 30))
    return timezone.make_aware(datetime.combine(day, time(0)))


def _page(
    request: HttpRequest,
    row: ServiceContract,
    written: Written,
    *,
    effect: Shown | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "contract": row,
        "form": written.form,
        "commitments": written.commitments,
        "effect": effect,
    }
    return render(request, "contracts/terms.html", context, status=status)
