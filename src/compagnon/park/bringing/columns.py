"""Which column of a list is which of our fields, by its name: ours, GLPI's in French and English.

GLPI's names are those of its list's CSV file (``;``, in the language of whoever exports) and of
its REST API's objects, with ``expand_dropdowns=true``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from compagnon.park.licensing.counting import folded

LEFT_OUT: Final = ""

_ASSETS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "nom", "designation", "hostname", "nom de l'ordinateur", "computer name"),
    "type": (
        "type", "itemtype", "computertypes_id", "monitortypes_id", "printertypes_id",
        "networkequipmenttypes_id", "phonetypes_id", "peripheraltypes_id", "categorie", "category",
    ),
    "serial": ("serial", "serial number", "numero de serie", "n de serie", "no de serie", "s/n"),
    "inventory_number": (
        "inventory_number", "inventory number", "otherserial", "numero d'inventaire",
        "n d'inventaire", "no d'inventaire", "asset tag",
    ),
    "manufacturer": (
        "manufacturer", "manufacturers", "manufacturers_id", "fabricant", "constructeur", "marque",
    ),
    "model": (
        "model", "modele", "computermodels_id", "monitormodels_id", "printermodels_id",
        "networkequipmentmodels_id", "phonemodels_id", "peripheralmodels_id",
    ),
    "state": ("state", "status", "states_id", "statut", "etat"),
    "organisation": ("organisation", "entity", "entities_id", "entite", "company", "societe"),
    "site": ("site", "location", "locations_id", "lieu", "localisation", "batiment"),
    "person": (
        "person", "user", "users_id", "utilisateur", "e-mail", "email", "courriel", "affecte a",
    ),
    "ordered_on": ("ordered_on", "order date", "date de commande"),
    "purchased_on": (
        "purchased_on", "date of purchase", "date d'achat", "buy_date", "purchase date",
    ),
    "in_service_on": (
        "in_service_on", "startup date", "date de mise en service", "use_date", "in service since",
    ),
    "warranty_ends_on": (
        "warranty_ends_on", "warranty expiration date", "date d'expiration de la garantie",
        "fin de garantie", "garantie jusqu'au", "warranty until",
    ),
    "purchase_price": ("purchase_price", "value", "valeur", "prix", "price", "prix d'achat"),
    "purchase_reference": (
        "purchase_reference", "invoice number", "numero de facture", "order number",
        "numero de commande", "bill", "order or invoice",
    ),
    "supplier": ("supplier", "suppliers_id", "fournisseur"),
    "note": ("note", "comment", "comments", "commentaires", "commentaire", "remarques"),
}  # fmt: skip
_CUSTODY: Final[dict[str, tuple[str, ...]]] = {
    "serial": _ASSETS["serial"],
    "inventory_number": _ASSETS["inventory_number"],
    "name": _ASSETS["name"],
    "person": (*_ASSETS["person"], "detenteur", "holder"),
}
_LICENCES: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "nom", "licence", "license"),
    "product_pattern": (
        "product_pattern",
        "product",
        "produit",
        "software",
        "logiciel",
        "softwares_id",
    ),
    "publisher_pattern": ("publisher_pattern", "publisher", "editeur", "manufacturers_id"),
    "metric": ("metric", "type", "softwarelicensetypes_id", "mesure", "one unit covers"),
    "quantity": ("quantity", "quantite", "number", "nombre", "seats"),
    "unit_price": ("unit_price", "prix unitaire", "unit price", "price", "prix"),
    "starts_on": ("starts_on", "debut", "start", "starts on", "date de debut"),
    "ends_on": ("ends_on", "expire", "expiration", "fin", "end", "ends on", "date d'expiration"),
    "supplier": _ASSETS["supplier"],
    "reference": ("reference", "serial", "numero de serie", "serial number", "order or invoice"),
    "note": _ASSETS["note"],
}
FIELDS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "assets": _ASSETS,
    "custody": _CUSTODY,
    "licences": _LICENCES,
}
# One of these must be there for a list to say of what it speaks.
NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "assets": ("name", "serial", "inventory_number"),
    "custody": ("serial", "inventory_number", "name"),
    "licences": ("product_pattern", "name"),
}


def guess(kind: str, header: Sequence[str]) -> dict[str, str]:
    """Say which column is which field; a column that is none of ours is left out (``""``)."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    names = {word: field for field, words in FIELDS[kind].items() for word in words}
    for column in header:
        bare = folded(column).replace("\u2019", "'").replace("°", "")
        bare = " ".join(bare.split()).strip(" *:")
        field = names.get(bare, LEFT_OUT)
        found[column] = field if field not in taken else LEFT_OUT
        if field:
            taken.add(field)
    return found


def checked(kind: str, header: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
    """Keep of a mapping what this list and our fields have; each field from one column at most.

    A mapping may be ``{column: field}`` or ``{field: column}``: both are how people write it.
    """
    fields = FIELDS[kind]
    known = {folded(column): column for column in header}
    found = dict.fromkeys(header, LEFT_OUT)
    taken: set[str] = set()
    for left, right in said.items():
        column, field = (left, right) if right in fields or not right else (right, left)
        here = known.get(folded(column))
        if here is not None and field in fields and field not in taken:
            found[here] = field
            taken.add(field)
    return found


def missing(kind: str, mapping: Mapping[str, str]) -> tuple[str, ...]:
    """Give the fields of which one at least must be mapped; empty when one is."""
    return () if {*mapping.values()} & {*NEEDED[kind]} else NEEDED[kind]
