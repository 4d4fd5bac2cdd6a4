"""A page that shows every component: to choose from while developing, to check in tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.ui import live, navigation

ROWS = (
    ("Imprimante du 2ᵉ étage hors service", "1", "red", _("New"), "breached", 120, "−0 h 20"),
    ("Mot de passe oublié", "2", "blue", _("In progress"), "soon", 85, "35 min"),
    ("Écran noir au démarrage depuis cette nuit", "3", "yellow", _("Waiting"), "running", 30, "3 h"),
    ("Accès au partage Comptabilité", "4", "green", _("Solved"), "met", 100, "12 min"),
    ("Messagerie lente depuis ce matin", "3", "secondary", _("Closed"), "paused", 40, "2 h 05"),
)
PEOPLE = ("Claire Moreau", "Youssef Benali", "Anne-Sophie Le Gall", "Jean Petit", "Inès Da Silva")


@dataclass(frozen=True, slots=True)
class Everything:
    """Allowed everything, so that every entry of the navigation shows."""

    def allows_somewhere(self, verb: str) -> bool:  # noqa: ARG002
        """Say yes."""
        return True


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who the page is shown to: nobody real."""

    label: str = "Claire Moreau"
    is_known: bool = True
    scope: navigation.Reach = field(default_factory=Everything)


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(
        label=_("Subject"), help_text=_("In a few words, as the person said it.")
    )
    service = forms.ChoiceField(
        label=_("Service"), choices=[("", "—"), ("mail", _("Mail")), ("print", _("Printing"))]
    )
    due = forms.DateField(
        label=_("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    impact = forms.ChoiceField(
        label=_("Impact"),
        choices=[("1", _("One person")), ("2", _("A team")), ("3", _("A site"))],
        widget=forms.RadioSelect,
    )
    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        required=False,
        choices=[("phone", _("Telephone")), ("mail", _("Mail")), ("portal", _("Portal"))],
        widget=forms.CheckboxSelectMultiple,
    )
    text = forms.CharField(label=_("Description"), widget=forms.Textarea(attrs={"rows": 3}))
    urgent = forms.BooleanField(label=_("Tell me when it moves"), required=False)


def _guarded() -> None:
    if not (settings.DEBUG or getattr(settings, "STYLEGUIDE", False)):
        raise Http404


def components(request: HttpRequest) -> HttpResponse:
    """Show every component, its form bound and wrong, with one message of each level."""
    _guarded()
    if "messages" in request.GET:
        messages.success(request, _("The request was saved."))
        messages.error(request, _("The file is too large: 25 MB at most."))
    now = timezone.now()
    return render(
        request,
        "ui/styleguide.html",
        {
            "actor": Visitor(),
            "people": PEOPLE,
            "rows": list(zip(PEOPLE, ROWS, strict=True)),
            "now": now,
            "moments": [now - timedelta(seconds=s) for s in (20, 900, 20_000, 90_000, 400_000)],
            "form": SampleForm(),
            "wrong": SampleForm({"title": "", "due": "31/02"}, prefix="wrong"),
            "sizes": [312, 48_000, 1_432_000],
            "version": live.version(now.minute),
            "html": "<p>Bonjour,</p><p>L’imprimante du <b>2<sup>e</sup> étage</b> n’imprime plus."
            '</p><p><img src="/static/ui/logo.svg" alt="Copie d’écran" width="48"></p>',
        },
    )


def options(request: HttpRequest) -> HttpResponse:
    """Answer the picker of the page: the people whose name holds ``q``."""
    _guarded()
    words = request.GET.get("q", "").lower()
    found = [name for name in PEOPLE if words in name.lower()]
    return render(request, "ui/styleguide_options.html", {"found": found})


def region(request: HttpRequest) -> HttpResponse:
    """Answer the live region of the page: the minute it is."""
    _guarded()
    now = timezone.now()
    version = live.version(now.minute)
    if short := live.unchanged(request, version):
        return short
    return render(request, "ui/styleguide_region.html", {"now": now, "version": version})
