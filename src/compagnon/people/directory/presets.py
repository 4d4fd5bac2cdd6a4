"""How the usual directories keep people and groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compagnon.people.directory.types import Attributes


@dataclass(frozen=True, slots=True)
class Preset:
    """Filters and names of attributes that fit a kind of directory."""

    people_filter: str
    group_filter: str
    attributes: Attributes


PRESETS: Mapping[str, Preset] = {
    "openldap": Preset(
        people_filter="(objectClass=inetOrgPerson)",
        group_filter=(
            "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))"
        ),
        attributes=Attributes(),
    ),
    "active": Preset(
        people_filter="(&(objectCategory=person)(objectClass=user))",
        group_filter="(objectClass=group)",
        attributes=Attributes(
            stable_id="objectGUID",
            login="sAMAccountName",
            disabled="userAccountControl",
            groups="memberOf",
            members="",
        ),
    ),
}
