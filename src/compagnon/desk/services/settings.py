"""The desk's settings: categories, and what each organisation decided for its requests."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, Refused
from compagnon.core.services import service
from compagnon.desk import rules
from compagnon.desk.models import Category, OrganisationRules
from compagnon.people.models import Organisation

DEPTH_MAX = 6


def _check_everywhere(actor: Actor) -> None:
    if not actor.scope.allows("desk.configure", None):
        raise Refused(_("Categories belong to everybody: the role must hold everywhere."))


@service("category.create")
def create_category(*, actor: Actor, values: dict[str, Any]) -> Category:
    """Add a branch to the tree of subjects.

    Raises:
        Refused: the actor does not configure the desk everywhere.
        Invalid: a value is not valid, or the branch would be more than six deep.
    """
    _check_everywhere(actor)
    category = Category(**values)
    _validate(category)
    with transaction.atomic():
        category.save()
        parent = category.parent
        category.path = f"{parent.path if parent else '/'}{category.pk}/"
        category.save(update_fields=["path"])
    journal.record(
        actor=actor,
        verb="category.create",
        subject=category,
        after={"parent_id": category.parent_id, "team_id": category.team_id},
    )
    return category


@service("category.change")
def change_category(*, actor: Actor, category: Category, values: dict[str, Any]) -> Category:
    """Change a branch; those below follow when it moves.

    Raises:
        Refused: the actor does not configure the desk everywhere.
        Invalid: a value is not valid, or it would stand below itself.
    """
    _check_everywhere(actor)
    category = Category.objects.select_for_update().get(pk=category.pk)
    before = {name: getattr(category, f"{name}_id", None) for name in ("parent", "team")}
    old_path = category.path
    for name, value in values.items():
        setattr(category, name, value)
    parent = category.parent
    if parent is not None and parent.path.startswith(old_path):
        raise Invalid(fields={"parent": [_("A category cannot stand below itself.")]})
    _validate(category)
    category.path = f"{parent.path if parent else '/'}{category.pk}/"
    category.save()
    if category.path != old_path:
        Category.objects.filter(path__startswith=old_path).exclude(pk=category.pk).update(
            path=Concat(Value(category.path), Substr("path", len(old_path) + 1))
        )
    journal.record(
        actor=actor,
        verb="category.change",
        subject=category,
        before={f"{name}_id": value for name, value in before.items()},
        after={
            "parent_id": category.parent_id,
            "team_id": category.team_id,
            "is_active": category.is_active,
        },
    )
    return category


def _validate(category: Category) -> None:
    from django.core.exceptions import ValidationError

    if category.parent and category.parent.path.count("/") > DEPTH_MAX:
        raise Invalid(fields={"parent": [_("The tree may be six levels deep.")]})
    try:
        category.full_clean(exclude=["path"])
    except ValidationError as error:
        raise Invalid(
            fields={name: list(texts) for name, texts in error.message_dict.items()}
        ) from error


@service("rules.set")
def set_rules(
    *,
    actor: Actor,
    organisation: Organisation,
    matrix: list[list[int]] | None,
    close_after_days: int,
    reopen_within_days: int,
) -> OrganisationRules:
    """Decide an organisation's priorities and delays; those below it follow, unless they decided.

    Tickets already qualified keep their priority until they are qualified again.

    Raises:
        Refused: the actor does not configure the desk there.
        Invalid: a matrix that is not three by three from 1 to 5, or in which a graver impact
            lowers the priority; a delay out of bounds.
    """
    if not actor.scope.allows("desk.configure", organisation.pk):
        raise Refused(_("Your role does not allow you to set this organisation’s rules."))
    if matrix is not None and (faults := rules.matrix_faults(matrix)):
        raise Invalid(fields={"matrix": [MATRIX_FAULTS[faults[0]]()]})
    for name, days, least, most in (
        ("close_after_days", close_after_days, 1, 90),
        ("reopen_within_days", reopen_within_days, 0, 365),
    ):
        if not least <= days <= most:
            raise Invalid(
                fields={
                    name: [
                        _("Between %(least)d and %(most)d days.") % {"least": least, "most": most}
                    ]
                }
            )
    row = OrganisationRules.objects.select_for_update().filter(organisation=organisation).first()
    before = (
        {
            "matrix": row.matrix,
            "close_after_days": row.close_after_days,
            "reopen_within_days": row.reopen_within_days,
        }
        if row
        else {}
    )
    after = {
        "matrix": matrix,
        "close_after_days": close_after_days,
        "reopen_within_days": reopen_within_days,
    }
    row = row or OrganisationRules(organisation=organisation)
    for name, value in after.items():
        setattr(row, name, value)
    row.save()
    journal.record(actor=actor, verb="rules.set", subject=row, before=before, after=after)
    return row


MATRIX_FAULTS = {
    "shape": lambda: _("Give three rows of three priorities."),
    "type": lambda: _("Priorities are whole numbers."),
    "range": lambda: _("Priorities go from 1 to 5."),
    "order": lambda: _("A graver impact or a greater urgency cannot lower the priority."),
}
