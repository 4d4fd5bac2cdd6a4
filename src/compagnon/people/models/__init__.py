"""The tables of ``people``."""

from compagnon.people.models.accounts import Account, ApiToken
from compagnon.people.models.directories import (
    DIRECTORY_UNDER_WAY,
    Directory,
    DirectoryAction,
    DirectoryGift,
    DirectoryKind,
    DirectoryLink,
    DirectoryRule,
    DirectoryRun,
    DirectoryRunState,
    DirectorySchedule,
    DirectoryStep,
    DirectoryStepState,
)
from compagnon.people.models.organisations import (
    Language,
    MailDomain,
    Organisation,
    OrganisationKind,
    Site,
)
from compagnon.people.models.personal import Erasure, ErasureState, KeepingTerm
from compagnon.people.models.persons import (
    ContactKind,
    ContactPoint,
    Ease,
    NameWord,
    Person,
)
from compagnon.people.models.providers import (
    AddressTrust,
    Arrival,
    IdentityProvider,
    ProviderKind,
)
from compagnon.people.models.roles import Role, RoleAssignment
from compagnon.people.models.teams import Membership, Team

__all__ = [
    "DIRECTORY_UNDER_WAY",
    "Account",
    "AddressTrust",
    "ApiToken",
    "Arrival",
    "ContactKind",
    "ContactPoint",
    "Directory",
    "DirectoryAction",
    "DirectoryGift",
    "DirectoryKind",
    "DirectoryLink",
    "DirectoryRule",
    "DirectoryRun",
    "DirectoryRunState",
    "DirectorySchedule",
    "DirectoryStep",
    "DirectoryStepState",
    "Ease",
    "Erasure",
    "ErasureState",
    "IdentityProvider",
    "KeepingTerm",
    "Language",
    "MailDomain",
    "Membership",
    "NameWord",
    "Organisation",
    "OrganisationKind",
    "Person",
    "ProviderKind",
    "Role",
    "RoleAssignment",
    "Site",
    "Team",
]
