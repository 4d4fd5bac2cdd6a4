"""A page that shows every component: to choose from while developing, to check in tests.

Its samples are in French whatever the language: their words must not join the catalogue, where
they would stand before those of the rooms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from compagnon.ui import live, navigation

ROWS = (
    ("Imprimante du 2ᵉ étage hors service", "1", "red", "Nouvelle", "breached", 120, "−0 h 20"),
    ("Mot de passe oublié", "2", "blue", "En cours", "soon", 85, "35 min"),
    (
        "Écran noir depuis la mise à jour",
        "3",
        "yellow",
        "En attente",
        "running",
        30,
        "3 h",
    ),
    ("Accès au partage Comptabilité", "4", "green", "Résolue", "met", 100, "12 min"),
    ("Messagerie lente depuis ce matin", "3", "secondary", "Close", "paused", 40, "2 h 05"),
)
PEOPLE = ("Claire Moreau", "Youssef Benali", "Anne-Sophie Le Gall", "Jean Petit", "Inès Da Silva")


@dataclass(frozen=True, slots=True)
class Everything:
    """Allowed everything, so that every entry of the navigation shows."""

    facts: frozenset[str] = frozenset()

    def allows_somewhere(self, verb: str) -> bool:
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

    title = forms.CharField(label="Objet", help_text="En peu de mots, comme la personne l’a dit.")
    service = forms.ChoiceField(
        label="Service", choices=[("", "—"), ("mail", "Messagerie"), ("print", "Impression")]
    )
    due = forms.DateField(
        label="Date", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    impact = forms.ChoiceField(
        label="Impact",
        choices=[("1", "Une personne"), ("2", "Une équipe"), ("3", "Un site")],
        widget=forms.RadioSelect,
    )
    channels = forms.MultipleChoiceField(
        label="Canaux",
        required=False,
        choices=[("phone", "Téléphone"), ("mail", "Messagerie"), ("portal", "Portail")],
        widget=forms.CheckboxSelectMultiple,
    )
    text = forms.CharField(label="Description", widget=forms.Textarea(attrs={"rows": 3}))
    urgent = forms.BooleanField(label="Me prévenir quand elle avance", required=False)


def _guarded() -> None:
    if not (settings.DEBUG or getattr(settings, "STYLEGUIDE", False)):
        raise Http404


def components(request: HttpRequest) -> HttpResponse:
    """Show every component, its form bound and wrong, with one message of each level."""
    _guarded()
    if "messages" in request.GET:
        messages.success(request, "La demande est enregistrée.")
        messages.error(request, "Le fichier est trop gros : 25 Mo au plus.")
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
            "part": SampleForm(prefix="part"),
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


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a refused action looks like to the templates; ``core``'s error."""

    title: str = "Cela ne peut pas se faire maintenant"
    detail: str = "La demande est déjà close."
    status: int = 409
    code: str = "conflict"
    fields: dict[str, list[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.detail


def refusal(request: HttpRequest) -> HttpResponse:
    """Answer as ``core``'s middleware does when a service refuses a part of a page."""
    _guarded()
    error = Refusal()
    return render(request, "ui/error_fragment.html", {"error": error}, status=error.status)


def form_part(request: HttpRequest) -> HttpResponse:
    """Answer the form sent by htmx: again with its errors (422), or the word that it was taken."""
    _guarded()
    form = SampleForm(request.POST, prefix="part")
    context = {"part": form, "taken": form.is_valid()}
    status = 200 if form.is_valid() else 422
    return render(request, "ui/styleguide_form.html", context, status=status)


def region(request: HttpRequest) -> HttpResponse:
    """Answer the live region of the page: the minute it is."""
    _guarded()
    now = timezone.now()
    version = live.version(now.minute)
    if short := live.unchanged(request, version):
        return short
    return render(request, "ui/styleguide_region.html", {"now": now, "version": version})
