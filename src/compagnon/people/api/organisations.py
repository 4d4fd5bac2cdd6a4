"""What is done to organisations beside keeping their row."""

from __future__ import annotations

from compagnon.core import visibility
from compagnon.core.actor import Actor
from compagnon.core.api import ApiRequest, Id, Routes
from compagnon.core.errors import Text
from compagnon.people.api import schemas
from compagnon.people.models import MailDomain, Organisation
from compagnon.people.services import organisations

router = Routes(tag="organisations")


def found(actor: Actor, organisation_id: int) -> Organisation:
    """Give an organisation that the actor sees."""
    return visibility.get_visible(Organisation, actor, pk=organisation_id)


def domains(actor: Actor, organisation: Organisation) -> dict[str, list[Text]]:
    """Give the mail domains that the actor sees."""
    rows = visibility.visible(MailDomain, actor).filter(organisation=organisation)
    return {"domains": list(rows.values_list("name", flat=True))}


@router.show("/organisations/{organisation_id}/domains", schemas.DomainsOut)
def get_organisation_domains(request: ApiRequest, organisation_id: Id) -> dict[str, list[Text]]:
    """Read the mail domains of an organisation."""
    return domains(request.actor, found(request.actor, organisation_id))


@router.act("/organisations/{organisation_id}/domains", schemas.DomainsOut)
def set_organisation_domains(
    request: ApiRequest, organisation_id: Id, body: schemas.DomainsIn
) -> dict[str, list[Text]]:
    """Choose the mail domains of an organisation, in place of those that stand."""
    row = organisations.set_domains(
        actor=request.actor,
        organisation=found(request.actor, organisation_id),
        domains=body.domains,
    )
    return domains(request.actor, row)


@router.act("/organisations/{organisation_id}/deactivate", schemas.ClosedOut)
def deactivate_organisation(request: ApiRequest, organisation_id: Id) -> Organisation:
    """Close an organisation and all that is below it: nobody of it can sign in any more."""
    row = found(request.actor, organisation_id)
    return organisations.deactivate(actor=request.actor, organisation=row)


@router.act("/organisations/{organisation_id}/reactivate", schemas.ClosedOut)
def reactivate_organisation(request: ApiRequest, organisation_id: Id) -> Organisation:
    """Open an organisation again; those below it stay as they are."""
    row = found(request.actor, organisation_id)
    return organisations.reactivate(actor=request.actor, organisation=row)
