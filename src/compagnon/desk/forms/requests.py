"""For whom something of the catalogue is asked, and the persons whom an answer names."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.forms.asking import Offers
from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.desk.choosing import colleagues, sites_named, sites_near
from compagnon.park.queries import picking
from compagnon.people.models import Person
from compagnon.people.queries import named
from compagnon.ui.picked import PickedField


def picker(name: str, **asked: int) -> str:
    """Give the address that answers a picker of requests."""
    return f"{reverse(f'desk:{name}')}?{urlencode(asked)}"


def rows_about(actor: Actor, beneficiary: Person) -> Offers:
    """Let the fields of a request choose among those rows that the actor may name in it."""
    about = {"for": beneficiary.pk}

    def person(field: PickedField) -> None:
        rows = colleagues(actor, beneficiary.organisation_id)
        field.offer(rows, picker("pick_colleagues", **about), named)

    def site(field: PickedField) -> None:
        rows = sites_near(actor, beneficiary.organisation_id)
        field.offer(rows, picker("pick_sites", **about), sites_named)

    def asset(field: PickedField) -> None:
        rows = picking.assets_near(actor, beneficiary)
        field.offer(rows, picker("pick_machines", **about), picking.named_near(actor, beneficiary))

    return {"person": person, "site": site, "asset": asset}


class ForWhomForm(forms.Form):
    """Who receives what is asked for: the support asks for anybody, others for a colleague."""

    beneficiary = PickedField(label=_("For whom?"), required=False)

    def __init__(self, *args: Any, actor: Actor, person: Person, by_support: bool) -> None:
        super().__init__(*args)
        field: Any = self.fields["beneficiary"]
        if by_support:
            rows = visible(Person, actor, Person.objects.filter(is_active=True))
            field.offer(rows, reverse("people:pick_persons"), named)
            field.hint = _("Yourself, unless you say otherwise")
        else:
            near = colleagues(actor, person.organisation_id).exclude(pk=person.pk)
            field.offer(near, picker("pick_colleagues", without=person.pk), named)
            field.hint = _("For me, or the name of a colleague")
        field.widget.attrs["placeholder"] = field.hint
