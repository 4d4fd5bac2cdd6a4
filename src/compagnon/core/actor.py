"""Who does a thing, on whose behalf, through which door, and how far that person sees.

An :class:`Actor` is built once at the door (page, API, mail, task, command) and handed down; no
service reads a request or a thread-local to learn who acts. ``people`` builds them for persons;
:meth:`Actor.system` is for what the program does by itself.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Source(StrEnum):
    """The door through which a change came in."""

    PAGE = "page"
    API = "api"
    MAIL = "mail"
    LINK = "link"
    COMMAND = "command"
    TASK = "task"
    IMPORT = "import"
    DEMO = "demo"


class ActorKind(StrEnum):
    """What kind of being acts."""

    PERSON = "person"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Grant:
    """Verbs that a role gives on some organisations.

    ``organisation_ids`` is the whole subtree, already spread out; ``None`` means everywhere.
    """

    verbs: frozenset[str]
    organisation_ids: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Scope:
    """How far an actor sees and acts. Only ``people`` and :meth:`everything` build one.

    ``only`` are the verbs that a token or a link lists; ``None`` where nothing is left out.
    ``facts`` are what rooms know the person to be («juror»): they show pages, and give no right.
    """

    person_id: int | None = None
    organisation_id: int | None = None
    team_ids: frozenset[int] = frozenset()
    grants: tuple[Grant, ...] = ()
    unlimited: bool = False
    only: frozenset[str] | None = None
    facts: frozenset[str] = frozenset()

    def reaches_own(self, verb: str) -> bool:
        """Tell whether ``verb`` may be done on what is the person's own, which takes no role."""
        return self.only is None or verb in self.only

    def allows(self, verb: str, organisation_id: int | None) -> bool:
        """Tell whether some role gives ``verb`` on that organisation (``None``: on all of them)."""
        return self.unlimited or any(
            verb in grant.verbs
            and (
                grant.organisation_ids is None
                or (organisation_id is not None and organisation_id in grant.organisation_ids)
            )
            for grant in self.grants
        )

    def allows_somewhere(self, verb: str) -> bool:
        """Tell whether some role gives ``verb`` on any organisation at all."""
        return self.unlimited or any(verb in grant.verbs for grant in self.grants)

    def organisations(self, verb: str) -> frozenset[int] | None:
        """Give the organisations on which a role gives ``verb``; ``None`` means everywhere."""
        if self.unlimited:
            return None
        found: set[int] = set()
        for grant in self.grants:
            if verb in grant.verbs:
                if grant.organisation_ids is None:
                    return None
                found |= grant.organisation_ids
        return frozenset(found)

    @classmethod
    def everything(cls) -> Scope:
        """Give the scope of the program itself."""
        return cls(unlimited=True)


NOTHING = Scope()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``id`` is a person's key, ``None`` for the program and for an unknown caller."""

    kind: ActorKind
    id: int | None
    label: str
    source: Source
    scope: Scope = NOTHING
    on_behalf_of: int | None = None
    token_id: int | None = None
    correlation_id: uuid.UUID = field(default_factory=uuid.uuid4)

    @classmethod
    def system(
        cls, label: str, *, source: Source = Source.TASK, correlation_id: uuid.UUID | None = None
    ) -> Actor:
        """Give the program itself, under the name of the part that acts («intake», «clock»)."""
        return cls(
            kind=ActorKind.SYSTEM,
            id=None,
            label=label,
            source=source,
            scope=Scope.everything(),
            correlation_id=correlation_id or uuid.uuid4(),
        )

    @classmethod
    def anonymous(cls, *, source: Source = Source.PAGE) -> Actor:
        """Give a caller who has not signed in: sees nothing, may do nothing."""
        return cls(kind=ActorKind.ANONYMOUS, id=None, label="", source=source)

    def through(self, source: Source) -> Actor:
        """Give the same actor, coming through another door."""
        return replace(self, source=source)

    @property
    def is_system(self) -> bool:
        """Whether the program itself acts."""
        return self.kind is ActorKind.SYSTEM

    @property
    def is_known(self) -> bool:
        """Whether anybody, person or program, is known to act."""
        return self.kind is not ActorKind.ANONYMOUS
