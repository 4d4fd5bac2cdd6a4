"""Any deed of a candidacy, evidence or dossier: its form, and carrying it out."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, Conflict, Invalid, Refused, Stale, TooLarge
from compagnon.titles.deeds import Deed, Row


def refuse(form: forms.Form, error: CompagnonError) -> None:
    """Show what a service refused, beside the fields it names."""
    told = False
    for name, texts in error.fields.items():
        for one in texts:
            known = name in form.fields
            form.add_error(name if known else None, str(one))
            told = told or known
    if not told:
        form.add_error(None, str(error))


def carry_out(
    request: HttpRequest, actor: Actor, row: Row, deed: Deed, *, back: str, where: str
) -> HttpResponse:
    """Ask for what the deed needs, and do it.

    Args:
        back: where to go afterwards.
        where: what the page that one comes from is called.

    Raises:
        Refused: the actor may not.
    """
    if not deed.may(actor, row):
        raise Refused
    status = 200
    if request.method == "POST":
        form = deed.form(request.POST, request.FILES, actor=actor, row=row)
        status = 422
        if form.is_valid():
            try:
                deed.run(actor, row, form.cleaned_data)
            except (Invalid, Conflict, Stale, TooLarge) as error:
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, deed.done)
                return redirect(back)
    else:
        form = deed.form(actor=actor, row=row)
    context = {"form": form, "deed": deed, "back": back, "where": where}
    return render(request, "titles/deeds/form.html", context, status=status)
