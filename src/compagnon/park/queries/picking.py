"""Finding an asset while typing: by what its name, its numbers or its addresses begin with.

Every condition is the range of an index, so that the park may be of any size; what stands in the
middle of a name is sought among the machines seen last.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q, QuerySet

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park.models import Asset, AssetState, NetworkAddress, NetworkPort
from compagnon.people.models import Person
from compagnon.people.queries import begins

PICKED = 20
LATEST = 300
NAMES = ("name", "serial", "inventory_number")
# Of each way to be found: more than are shown, since what is not visible falls out.
EACH = 60
# Of numbers that begin so, whosever they are: beyond, more of the number is to be typed.
NUMBERED = 300
GONE = (AssetState.RETIRED, AssetState.DISPOSED)


def pick_assets(actor: Actor, text: str, *, limit: int = PICKED) -> list[Asset]:
    """Give a few assets that the actor sees and that the words typed may mean, by name."""
    word = " ".join(text.replace("\x00", " ").split())[:80]
    rows = visible(Asset, actor).select_related("type", "organisation")
    if not word:
        return list(rows.order_by("name", "pk")[:limit])
    keys: dict[int, None] = {}
    for name in NAMES:
        for spelling in _spellings(word):
            found = visible(Asset, actor).filter(begins(name, spelling)).order_by(name, "pk")
            keys |= dict.fromkeys(found.values_list("pk", flat=True)[:limit])
            if len(keys) >= limit:
                break
    others = _by_address(word) | _by_person(word)
    if others:
        keys |= dict.fromkeys(others)
    if len(keys) < limit:
        latest = rows.order_by("-last_seen", "-pk").values_list("pk", "name", "model")[:LATEST]
        sought = word.casefold()
        keys |= dict.fromkeys(
            key for key, *texts in latest if any(sought in one.casefold() for one in texts)
        )
    # Kept in the order of their names; the rule of visibility is asked again, of these alone.
    return list(rows.filter(pk__in=list(keys)[: limit * 4]).order_by("name", "pk")[:limit])


def assets_near(actor: Actor, person: Person) -> QuerySet[Asset]:
    """Give the assets that a request for somebody may name, of those that the actor sees: what
    they hold, and what is in service at their organisation."""
    theirs = Q(organisation_id=person.organisation_id) & ~Q(state__in=GONE)
    return visible(Asset, actor).filter(Q(person=person) | theirs)


def pick_assets_near(
    actor: Actor, text: str, person: Person, *, limit: int = PICKED
) -> list[Asset]:
    """Give a few of those assets that the words typed may mean; what the person holds first."""
    word = " ".join(text.replace("\x00", " ").split())[:80]
    held = visible(Asset, actor).filter(person=person).order_by("name", "pk")[:LATEST]
    sought = word.casefold()
    found = {
        one.pk: one
        for one in held
        if any(sought in getattr(one, name).casefold() for name in (*NAMES, "model"))
    }
    rows = visible(Asset, actor).filter(organisation_id=person.organisation_id)
    rows = rows.exclude(state__in=GONE).order_by("name", "pk")
    for spelling in _spellings(word):
        if len(found) < limit:
            named = rows.filter(begins("name", spelling)) if spelling else rows
            found |= {one.pk: one for one in named[:limit] if one.pk not in found}
    if word and len(found) < limit:
        keys = _numbered(word)
        found |= {one.pk: one for one in rows.filter(pk__in=keys)[:limit] if one.pk not in found}
    return list(found.values())[:limit]


def _numbered(word: str) -> list[int]:
    """Give the keys of assets whose serial or inventory number begins so: never more than some."""
    keys: list[int] = []
    for name in NAMES[1:]:
        for spelling in _spellings(word):
            numbered = Asset.objects.filter(begins(name, spelling)).order_by(name)
            keys += numbered.values_list("pk", flat=True)[:NUMBERED]
    return keys


def named_near(actor: Actor, person: Person) -> Callable[[QuerySet[Asset], str], QuerySet[Asset]]:
    """Give how words find one of those assets: by what it is called, or by what begins so."""

    def find(rows: QuerySet[Asset], text: str) -> QuerySet[Asset]:
        spelt = _spellings(" ".join(text.replace("\x00", " ").split())[:80])
        called = Q(name__in=spelt) | Q(serial__in=spelt) | Q(inventory_number__in=spelt)
        exact = list(rows.filter(called).values_list("pk", flat=True)[:LATEST])
        picked = exact or [one.pk for one in pick_assets_near(actor, text, person)]
        return rows.filter(pk__in=picked)

    return find


def _spellings(word: str) -> list[str]:
    """The index knows capitals from small letters; people rarely care."""
    return list(dict.fromkeys([word, word.upper(), word.lower(), word[:1].upper() + word[1:]]))


def _by_address(word: str) -> set[int]:
    if not any(sign in word for sign in ".:"):
        return set()
    ports = NetworkPort.objects.filter(mac=word.lower()).values_list("asset_id", flat=True)
    found = NetworkAddress.objects.filter(address=word).values_list("asset_id", flat=True)
    return {*ports[:EACH], *found[:EACH]}


def _by_person(word: str) -> set[int]:
    """Those whom somebody of that last name holds."""
    if len(word) < 2:
        return set()
    holders = Person.objects.filter(begins("search_name", word.casefold()))
    held = Asset.objects.filter(Q(person__in=list(holders.values_list("pk", flat=True)[:EACH])))
    return set(held.values_list("pk", flat=True)[:EACH])
