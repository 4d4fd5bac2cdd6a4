"""Three request forms of the demonstration, with what follows them."""

from __future__ import annotations

from typing import Any

from compagnon.config.demo.world import World
from compagnon.contracts.models import RequestKind, RequestType, Service
from compagnon.contracts.services import catalogue, request_forms
from compagnon.core.actor import Actor

Document = dict[str, Any]


def _is(field: str, value: str, op: str = "is") -> Document:
    return {"all": [{"field": field, "op": op, "value": value}]}


def _field(key: str, kind: str, french: str, english: str, **more: Any) -> Document:
    return {"key": key, "kind": kind, "label": {"fr": french, "en": english}} | more


def _choice(value: str, french: str, english: str) -> Document:
    return {"value": value, "label": {"fr": french, "en": english}}


def _section(key: str, french: str, english: str, *fields: Document) -> Document:
    return {"key": key, "title": {"fr": french, "en": english}, "fields": list(fields)}


def _arrival() -> Document:
    laptop = _is("poste", "portable")
    return {
        "sections": [
            _section(
                "personne", "La personne", "The person",
                _field("nom", "text", "Prénom et nom", "First and last name", required=True),
                _field("arrivee", "date", "Date d’arrivée", "First day", required=True,
                       min="today"),
                _field("site", "site", "Site", "Site"),
            ),
            _section(
                "equipement", "L’équipement", "The equipment",
                _field("poste", "choice", "Poste de travail", "Computer", required=True, choices=[
                    _choice("fixe", "Poste fixe déjà en place", "Desktop already there"),
                    _choice("portable", "Ordinateur portable", "Laptop"),
                    _choice("aucun", "Aucun", "None"),
                ]),
                _field("budget", "money", "Budget prévu", "Planned budget", show=laptop,
                       required=True),
                _field("pourquoi", "long", "Pourquoi ce budget ?", "Why this budget?",
                       show=_is("budget", "1500", "more"), required=True),
                _field("badge", "yesno", "Faut-il un badge ?", "Is a badge needed?"),
            ),
        ]
    }  # fmt: skip


def _arrival_plan(first: int, second: int) -> Document:
    laptop = _is("poste", "portable")
    return {
        "approvals": [
            {"key": "accord", "name": {"fr": "Accord du client", "en": "Client’s approval"},
             "whom": "representatives", "when": laptop, "amount_field": "budget", "due_days": 3},
        ],
        "tasks": [
            {"key": "compte", "title": {"fr": "Créer le compte et la messagerie",
                                        "en": "Create the account and mailbox"},
             "team_id": first, "minutes": 30, "instructions": "Groupes du service d’accueil."},
            {"key": "poste", "title": {"fr": "Préparer l’ordinateur", "en": "Prepare the computer"},
             "team_id": second, "minutes": 90, "after": ["compte"], "when": laptop},
            {"key": "registre", "title": {"fr": "Inscrire au registre des accès"},
             "team_id": second, "minutes": 10, "internal": True, "after": ["compte"]},
        ],
        "ending": "propose",
    }  # fmt: skip


def _folder() -> Document:
    return {
        "sections": [
            _section(
                "acces", "L’accès", "The access",
                _field("dossier", "text", "Quel dossier ?", "Which folder?", required=True,
                       help={"fr": "Par exemple : Comptabilité\\Clôtures", "en": ""}),
                _field("droit", "choice", "Pour quoi faire ?", "What for?", required=True,
                       choices=[_choice("lire", "Lire", "Read"),
                                _choice("ecrire", "Lire et modifier", "Read and change")]),
                _field("fin", "date", "Jusqu’au", "Until", min="today"),
                _field("motif", "long", "Motif", "Reason", require=_is("droit", "ecrire")),
            )
        ]
    }  # fmt: skip


def _software() -> Document:
    return {
        "sections": [
            _section(
                "logiciel", "Le logiciel", "The program",
                _field("machine", "asset", "Sur quelle machine ?", "On which machine?"),
                _field("programme", "text", "Quel logiciel ?", "Which program?", required=True),
                _field("licence", "yesno", "Avez-vous une licence ?", "Do you have a licence?",
                       required=True),
                _field("preuve", "file", "Preuve d’achat", "Proof of purchase",
                       show=_is("licence", "yes")),
                _field("prix", "money", "Prix de la licence", "Price of the licence",
                       show=_is("licence", "no"), required=True),
            )
        ]
    }  # fmt: skip


def _simple_plan(team: int, french: str, english: str, *, when: Document | None = None) -> Document:
    return {
        "approvals": [
            {"key": "accord", "name": {"fr": "Accord du client", "en": "Client’s approval"},
             "whom": "representatives", "when": when,
             **({"amount_field": "prix"} if when else {})},
        ],
        "tasks": [
            {"key": "faire", "title": {"fr": french, "en": english}, "team_id": team,
             "minutes": 20},
        ],
    }  # fmt: skip


def fill(actor: Actor, world: World) -> None:
    """Publish the three forms; whoever looks around asks by them."""
    teams = sorted(world.teams.values(), key=lambda one: (one.level, one.id))
    first, second = teams[0].id, teams[min(1, len(teams) - 1)].id
    # The third is among what is asked for all the year; the others are only asked by their form.
    service = Service.objects.get(pk=world.services["accounts"])
    newcomer = _offer(actor, service, "Accueillir un nouvel arrivant", "Welcome a newcomer")
    folder = _offer(actor, service, "Accéder à un dossier partagé", "Access a shared folder")
    program = RequestType.objects.get(pk=world.requests["install"])
    wanted = (
        (newcomer, _arrival(), _arrival_plan(first, second)),
        (folder, _folder(), _simple_plan(second, "Ouvrir l’accès", "Open the access")),
        (
            program, _software(),
            _simple_plan(first, "Installer le logiciel", "Install the program",
                         when=_is("licence", "no")),
        ),
    )  # fmt: skip
    for request_type, form, plan in wanted:
        request_forms.write_form(actor=actor, request_type=request_type, definition=form, plan=plan)
        request_forms.publish_form(actor=actor, request_type=request_type)


def _offer(actor: Actor, service: Service, french: str, english: str) -> RequestType:
    return catalogue.create_request_type(
        actor=actor,
        values={
            "service": service, "name_fr": french, "name_en": english,
            "kind": RequestKind.SERVICE_REQUEST,
        },
    )  # fmt: skip
