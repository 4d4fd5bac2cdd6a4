"""``compagnon titles minutes-check``: tell whether the minutes of juries are whole."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Q
from django.utils.translation import gettext as _

from compagnon.core.commands import Answer, Command, Misused

NAME = "minutes-check"
HELP = (
    "Recompute the seal of every minutes of juries, follow the chain of each centre, and compare "
    "each signature with what it signs."
)


def arguments(parser: CommandParser) -> None:
    """Declare what the action takes."""
    parser.add_argument(
        "--organisation", metavar="CENTRE", help="only this centre: its number or its name"
    )


def carry_out(command: Command, **options: Any) -> Answer:
    """Check each centre.

    Raises:
        Misused: there is no such centre.
    """
    from compagnon.people.models import Organisation
    from compagnon.titles.models import Minutes
    from compagnon.titles.services.minutes import flaws

    centres = Organisation.objects.order_by("name", "pk")
    wanted = options.get("organisation")
    if wanted:
        number = Q(pk=int(wanted)) if wanted.isascii() and wanted.isdigit() else Q()
        centres = centres.filter(number or Q(name__iexact=wanted.strip()))
        if not centres.exists():
            raise Misused(_("There is no centre of that number or name."))
    else:
        centres = centres.filter(pk__in=Minutes.objects.values("organisation"))
    items, told, failed = [], [], []
    for centre in centres:
        found = flaws(centre)
        count = Minutes.objects.filter(organisation=centre).count()
        items.append(
            {
                "organisation_id": centre.pk,
                "organisation": centre.name,
                "minutes": count,
                "valid": not found,
                "broken": [
                    {"id": one.minutes.pk, "number": one.minutes.number, "reasons": one.reasons}
                    for one in found
                ],
            }
        )
        told.append(f"{'✗' if found else '✓'} {centre.name}: {count}")
        told += [f"  {one.minutes.number}: {', '.join(one.reasons)}" for one in found]
        failed += [f"{centre.name} {one.minutes.number}" for one in found]
    return Answer(
        items=items,
        facts={"valid": not failed, "minutes": sum(one["minutes"] for one in items)},
        lines=told or [_("There are no minutes yet.")],
        failed=failed,
    )
