"""Who can sign in to the demonstration: shown on the sign-in page, and printed by the command."""

from __future__ import annotations

from compagnon.config.demo import data
from compagnon.config.demo.world import Account
from compagnon.people.models import Account as SignIn

# Told to everybody: the demonstration holds nothing that is true.
PASSWORD = "bienvenue-au-support"  # noqa: S105


def accounts() -> list[Account]:
    """Give one account for each role, in the order of the files; none before the filling."""
    source = data.organisation()
    shown = {
        (found["first"], found["last"]): found["show"]
        for found in source["staff"]
        if "show" in found
    }
    for found in source["people"]:
        if "show" in found:
            first, last, *_rest = found["who"].split("|")
            shown[first, last] = found["show"]
    for found in (*source["training"]["candidates"], *source["training"]["jurors"]):
        if "show" in found:
            shown[found["first"], found["last"]] = found["show"]
    rows = {
        (row.person.first_name, row.person.last_name): row.email
        for row in SignIn.objects.select_related("person").filter(
            person__last_name__in=[last for _first, last in shown]
        )
    }
    return [
        Account(rows[name], " ".join(name), role) for name, role in shown.items() if name in rows
    ]
