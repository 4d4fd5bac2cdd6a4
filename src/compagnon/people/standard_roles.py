"""The roles that come with the product.

Verbs of rooms above stand here as plain words, as in any role: a verb that no room declares gives
nothing. The administrator's is not listed: it holds every declared verb, and follows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop as _

ADMINISTRATOR: Final = "administrator"
SUPERVISOR: Final = "supervisor"
TECHNICIAN: Final = "technician"
TRAINEE: Final = "trainee"
REQUESTER: Final = "requester"
REPRESENTATIVE: Final = "representative"
TRAINER: Final = "trainer"
SECRETARY: Final = "secretary"

_TRAINEE = frozenset(
    {
        "person.view",
        "ticket.view",
        "ticket.open",
        "ticket.qualify",
        "ticket.assign",
        "ticket.reply",
        "ticket.note",
        "ticket.pend",
        "ticket.escalate",
        "ticket.work",
        "ticket.solve",
        "approval.ask",
        "contract.view",
        "asset.view",
    }
)
_TECHNICIAN = _TRAINEE | {
    "person.manage",
    "ticket.close",
    "ticket.reopen",
    "intake.view",
    "alert.silence",
    "phrase.keep",
    "token.manage",
    "asset.manage",
    "asset.hand_over",
    "loan.manage",
    "stock.manage",
    "inventory.manage",
    "relation.manage",
    "supply.view",
    "supply.manage",
    "supply.order",
    "supply.receive",
}
_SUPERVISOR = _TECHNICIAN | {
    "organisation.manage",
    "team.manage",
    "intake.manage",
    "alert_source.manage",
    "contract.manage",
    "calendar.manage",
    "catalogue.manage",
    "form.manage",
    "desk.configure",
    "approval.manage",
    "journal.view",
    "asset_type.manage",
    "disposal.manage",
    "licence.manage",
    "supplier.manage",
    "needs.manage",
    "alert.manage",
    "supply.approve",
    "supply.configure",
}
_TRAINER = frozenset({"person.view", "ticket.view", "candidacy.view", "candidacy.train"})
_SECRETARY = frozenset(
    {
        "person.view",
        "person.manage",
        "candidacy.view",
        "candidacy.manage",
        "session.view",
        "session.manage",
        "decision.view",
        "attestation.view",
        "attestation.issue",
    }
)


@dataclass(frozen=True, slots=True)
class StandardRole:
    """A role as it ships.

    ``name`` is kept in English and shown translated. ``verbs`` is ``None`` for «every verb».
    """

    code: str
    name: str
    verbs: frozenset[str] | None


STANDARD: Final = (
    StandardRole(ADMINISTRATOR, _("Administrator"), None),
    StandardRole(SUPERVISOR, _("Supervisor"), _SUPERVISOR),
    StandardRole(TECHNICIAN, _("Technician"), _TECHNICIAN),
    StandardRole(TRAINEE, _("Trainee"), _TRAINEE),
    StandardRole(REQUESTER, _("User of the portal"), frozenset()),
    StandardRole(TRAINER, _("Trainer"), _TRAINER),
    StandardRole(SECRETARY, _("Secretary of the training centre"), _SECRETARY),
    StandardRole(
        REPRESENTATIVE,
        _("Client's representative"),
        frozenset(
            {"person.view", "contract.view", "ticket.follow", "supply.view", "supply.approve"}
        ),
    ),
)
BY_CODE: Final = {role.code: role for role in STANDARD}
