"""What a report may already have an answer in, while it is written; and what it seems to be about.

A room above adds its own source (knowledge: articles) from its ``AppConfig.ready``::

    suggesting.register("knowledge", articles_for)

where ``articles_for(actor, words)`` gives what the actor may read, the most likely first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from compagnon.contracts.models import in_reader_language
from compagnon.core.actor import Actor
from compagnon.core.search import analysis
from compagnon.core.visibility import visible
from compagnon.desk.models import OPEN_STATES, Category, State, Ticket
from compagnon.desk.visibility import party_filter

LATEST, SINCE = 60, timedelta(days=400)
SHOWN, GUESSED = 4, 4
SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something worth a look before one asks. ``icon`` is of the sprite."""

    title: str
    note: str
    url: str
    icon: str = "bulb"


Source = Callable[[Actor, str], Sequence[Suggestion]]
_SOURCES: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Add what suggests; a room registers its own once."""
    _SOURCES[name] = source


def suggestions(actor: Actor, words: str) -> list[Suggestion]:
    """Give what every source suggests for these words, a few lines in all."""
    if len(words.strip()) < SHORTEST:
        return []
    return [one for source in _SOURCES.values() for one in source(actor, words)][:SHOWN]


def own_requests(actor: Actor, words: str) -> list[Suggestion]:
    """Suggest the person's own requests of the same words: open ones first, to add to them."""
    wanted = stems_of(words)
    recent = Q(state__in=OPEN_STATES) | Q(activity_at__gt=timezone.now() - SINCE)
    rows = visible(Ticket, actor).filter(party_filter(actor.scope), recent)
    rows = rows.exclude(state=State.CANCELLED).order_by("-activity_at", "-pk")[:LATEST]
    scored = [(_likeness(wanted, one.title), one.is_open, one) for one in rows]
    likely = sorted(
        (one for one in scored if one[0] >= 0.5), key=lambda one: (one[1], one[0]), reverse=True
    )
    return [
        Suggestion(
            title=one.title,
            note=(
                _("Your request %(number)s is open: you may add to it.")
                if one.is_open
                else _("Your request %(number)s was settled: see how.")
            )
            % {"number": one.reference},
            url=reverse("desk:portal_request", args=[one.pk]),
            icon="ticket" if one.is_open else "circle-check",
        )
        for _score, _open, one in likely[:SHOWN]
    ]


register("own requests", own_requests)


def categories(actor: Actor, words: str) -> list[tuple[int, str]]:
    """Give the subjects that the words seem to be about, by key, the likeliest first."""
    wanted = stems_of(words)
    if not wanted:
        return []
    rows = list(visible(Category, actor, Category.objects.filter(is_active=True)))
    names = {row.pk: in_reader_language(row.name, row.name_en) for row in rows}
    scored = sorted(
        (
            (_likeness(stems_of(f"{row.name} {row.name_en}"), words), row.path.count("/"), row.pk)
            for row in rows
        ),
        reverse=True,
    )
    return [(key, capfirst(names[key])) for score, _depth, key in scored if score > 0][:GUESSED]


def stems_of(text: str) -> list[frozenset[str]]:
    """Give the words that mean something, each by its stems."""
    return [analysis.stems(one) for one in _meaning(text)]


def _meaning(text: str) -> Iterable[str]:
    return [one.raw for one in analysis.words(text[:400]) if len(one.raw) > SHORTEST][:40]


def _likeness(wanted: Sequence[frozenset[str]], text: str) -> float:
    """Give the share of the words that a text holds, between 0 and 1."""
    if not wanted:
        return 0.0
    held: set[str] = set().union(*stems_of(text))
    return sum(1 for one in wanted if one & held) / len(wanted)
