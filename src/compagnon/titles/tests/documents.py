"""Official documents of a title that does not exist, laid out as those of several years are.

The words are ours; the layouts are those of REACs from 2008 to 2024: tables or plain text, with
or without accents in the headings, lines cut at the width of a page, furniture at its foot.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

NAME = "Conservateur(trice) de phares automatisés"
CODE = "TP-09876"
ACTIVITIES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("Entretenir les lanternes et les optiques d'un phare en mer", (1, 2, 3)),
    ("Surveiller à distance les signaux et les alarmes d'un ensemble de phares", (4, 5)),
    ("Accueillir et guider le public dans un phare ouvert à la visite", (6,)),
)
COMPETENCES: dict[int, tuple[str, tuple[str, ...]]] = {
    1: (
        "Nettoyer une optique de Fresnel",
        ("L'optique est rendue sans trace ni rayure", "Les produits choisis conviennent au verre"),
    ),
    2: (
        "Remplacer une lampe et vérifier l'alignement du faisceau avec les instruments du gardien",
        (
            "La lampe est remplacée en moins de 20 minutes",
            "Le faisceau est aligné selon la notice, même quand la mer rend l'accès difficile",
            "La consignation électrique est respectée",
        ),
    ),
    3: ("Tenir le registre du feu TCP/IP", ("Le registre est complet",)),
    4: (
        "Traiter une alarme",
        ("L'alarme est qualifiée", "Le délai est tenu", "Le compte rendu est exploitable",
         "Au moins 90 % des alarmes sont acquittées"),
    ),
    5: ("Utiliser l'anglais maritime", ("Le message est compris", "La réponse est correcte")),
    6: ("Guider une visite", ("Le groupe est en sécurité", "Le discours est adapté")),
}  # fmt: skip
TRANSVERSAL: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Communiquer par radio", ("Le message est bref", "La procédure est suivie")),
    ("Respecter le milieu marin", ("Les rejets sont collectés",)),
)
DEFINITION = "Définition, description de l'activité type et conditions d'exercice"
CRITERIA = [len(criteria) for _name, criteria in COMPETENCES.values()]


@dataclass(frozen=True)
class Layout:
    """How a REAC is laid out."""

    competence: str = "FICHE COMPÉTENCE PROFESSIONNELLE\nN° {number}"
    activity: str = "FICHE ACTIVITÉ TYPE\nN° {number}"
    transversal: str = "FICHE DES COMPÉTENCES TRANSVERSALES DE L'EMPLOI TYPE"
    context: str = "Contexte(s) professionnel(s) de mise en œuvre"
    knowledge: str = (
        "Savoirs, savoir-faire techniques, savoir-faire relationnels, savoir-faire organisationnels"
    )
    level: str = "Niveau 5 (Cadre national des certifications 2019)"
    bullet: str = ""
    width: int = 0
    blank: bool = True
    footer: str = "bars"
    synoptic: bool = True
    lists: bool = True
    extension: int = 0


FOOTERS = {
    "bars": "| Libellé réduit | Code titre | Type de document | Version | Date de Validation "
    "| Date de mise à jour | Page |\n|---|---|---|---|---|---|---|\n"
    "| CPA | TP-09876 | REAC | 04 | 12/05/2019 | 03/06/2019 | {page}/40 |\n",
    "plain": "SIGLE      Type de document   Code titre   Millésime   Date de Validation   "
    "Date de mise à jour   Page\n"
    "CPA        REAC               TP-09876     04          12/05/2019           03/06/2019"
    "            {page}/40\n\f",
    "2023": "SIGLE Code titre Type de document Version Date de validation "
    "Dernière mise à jour Page\nCPA TP-09876 REAC 04 12/05/2019 03/06/2019 {page}/40\n\f",
    "cells": "SIGLE\nType de document\nCode titre\nMillésime\nDate de Validation\n"
    "Date de mise à jour\nPage\nCPA REAC TP-09876 04 12/05/2019 03/06/2019 {page}/40\n\f",
}


def reac(layout: Layout) -> str:
    """Write the REAC of the invented title in that layout."""
    pages = [_front(layout), _job(layout)]
    for number, (name, members) in enumerate(ACTIVITIES, start=1):
        heading = layout.activity.format(number=number)
        if number == layout.extension:
            heading = re.sub("type", "type d'extension", heading, flags=re.IGNORECASE)
        pages.append(
            _lines(
                layout,
                [heading, name, DEFINITION,
                 "Le conservateur travaille par tous les temps et rend compte au service."],
            )
            + "\nRéglementation d'activités (le cas échéant)\n\nNéant\n"
        )  # fmt: skip
        if layout.lists:
            pages.append(
                "Liste des compétences professionnelles de l'activité type\n\n"
                + _list(layout, [COMPETENCES[one][0] for one in members])
                + "\nCompétences transversales de l'activité type (le cas échéant)\n\n"
                + _list(layout, [one for one, _criteria in TRANSVERSAL])
            )
    pages += [_competence(layout, number) for number in COMPETENCES]
    pages.append(_transversal(layout))
    pages.append("Glossaire du REAC\n\nCritère de performance\n\nUn critère sert à juger.\n")
    footer = FOOTERS[layout.footer]
    return "".join(
        f"{page}\n{footer.format(page=number)}\n" for number, page in enumerate(pages, start=3)
    )


def _front(layout: Layout) -> str:
    contents = "\n".join(
        f"Fiche {one} {'.' * 60} {number}"
        for number, one in enumerate(
            ("emploi type", "activité type", "compétence professionnelle"), 7
        )
    )
    table = ""
    if layout.synoptic:
        table = (
            "Vue synoptique de l'emploi-type\n\n"
            "| N° Fiche AT | Activités types | N° Fiche CP | Compétences professionnelles |\n"
            "|---|---|---|---|\n"
        )
        for number, (name, members) in enumerate(ACTIVITIES, start=1):
            for index, one in enumerate(members):
                first = f"| {number} | {name} " if index == 0 else "| | "
                table += f"{first}| {one} | {COMPETENCES[one][0]} |\n"
    return (
        "REFERENTIEL EMPLOI ACTIVITES COMPETENCES\nDU TITRE PROFESSIONNEL\n\n"
        f"{NAME}\n\nNiveau 5\n\nSite : http://travail-emploi.gouv.fr\n\nSOMMAIRE\n\n{contents}\n\n"
        f"Introduction\n\nL'arrêté du 3 mars 2014 avait créé le titre.\n\n{table}"
    )


def _job(layout: Layout) -> str:
    text = (
        f"FICHE EMPLOI TYPE\n\n{NAME}\n\nDéfinition de l'emploi type et des conditions d'exercice "
        "(rubrique RNCP)\n\nIl garde les phares.\n\nRéglementation d'activités (le cas échéant)\n\n"
        "Néant\n\n"
    )
    if layout.lists:
        text += "Liste des activités types et des compétences professionnelles\n\n"
        for number, (name, members) in enumerate(ACTIVITIES, start=1):
            text += f"{number}. {name}\n\n" + _list(
                layout, [COMPETENCES[one][0] for one in members]
            )
    text += (
        "\nCompétences transversales de l'emploi (le cas échéant)\n\n"
        + _list(layout, [one for one, _criteria in TRANSVERSAL])
        + f"\nNiveau et/ou domaine d'activité (rubrique RNCP)\n\n{layout.level}\n\n"
        "Convention(s) :\n\n"
        "Code(s) NSF :\n\n311 t - Transport et signalisation\n\nFiche(s) Rome de rattachement "
        "(rubrique RNCP)\n\nN3102 Équipage de la navigation maritime\n"
    )
    return text


def _competence(layout: Layout, number: int) -> str:
    name, criteria = COMPETENCES[number]
    gap = "\n\n" if layout.blank else "\n"
    return gap.join(
        [
            _lines(layout, [layout.competence.format(number=number), name]).rstrip("\n"),
            "Description de la compétence – processus de mise en œuvre",
            _wrap(layout, "À partir d'une consigne, faire ce que le service attend du gardien."),
            layout.context,
            _wrap(
                layout, "Cette compétence s'exerce en mer ou depuis la côte, de jour comme de nuit."
            ),
            "Critères de performance",
            _list(layout, list(criteria)).rstrip("\n"),
            _wrap(layout, layout.knowledge),
            _list(layout, ["Connaissance des feux", "Monter à l'échelle", "Écouter la météo"]),
        ]
    )


def _transversal(layout: Layout) -> str:
    gap = "\n\n" if layout.blank else "\n"
    text = layout.transversal + gap
    for name, criteria in TRANSVERSAL:
        text += gap.join(
            [name, "Description de la compétence – processus de mise en œuvre", "Agir en marin.",
             "Critères de performance", _list(layout, list(criteria)).rstrip("\n"), ""]
        )  # fmt: skip
    return text


def _list(layout: Layout, names: list[str]) -> str:
    gap = "\n\n" if layout.blank else "\n"
    return gap.join(_wrap(layout, f"{layout.bullet}{one}") for one in names) + "\n"


def _lines(layout: Layout, lines: list[str]) -> str:
    gap = "\n\n" if layout.blank else "\n"
    return gap.join(_wrap(layout, one) for one in lines) + "\n"


def _wrap(layout: Layout, text: str) -> str:
    if not layout.width:
        return text
    return "\n".join(
        part
        for line in text.split("\n")
        for part in textwrap.wrap(line, layout.width, break_on_hyphens=False) or [""]
    )


LAYOUTS: dict[str, Layout] = {
    "2013": Layout(level="Niveau III (Nomenclature de 1969)"),
    "2008": Layout(
        competence="FICHE COMPETENCE TYPE N° {number}", activity="FICHE ACTIVITE TYPE N° {number}",
        transversal="FICHE COMPETENCES TRANSVERSALES", level="Niveau III (Nomenclature de 1969)",
        bullet="- ",
    ),
    "2019, layout kept": Layout(
        footer="plain", width=72, blank=True,
        knowledge="Savoir-faire techniques, savoir-faire organisationnels, savoir-faire "
        "relationnels, savoirs",
    ),
    "2019, text layer": Layout(footer="cells", width=60, blank=False, synoptic=False),
    "2024": Layout(
        competence="Fiche compétence professionnelle n° {number}",
        activity="Fiche activité type n° {number}", footer="plain", bullet="• ", width=80,
        blank=False, extension=3,
    ),
    "2023, last update in the footer": Layout(footer="2023", blank=False, synoptic=False),
    "lists lost": Layout(lists=False),
    "bullets and bars": Layout(bullet="▪ ", synoptic=False),
}  # fmt: skip


def pdf(text: str) -> bytes:
    """Print a text as a PDF whose words are cut and spread over the lines, as printers do."""
    import typst

    def quoted(line: str) -> str:
        return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'

    source = '#set page(margin: 2cm)\n#set text(size: 10pt, lang: "fr", hyphenate: true)\n'
    source += "#set par(justify: true)\n"
    for line in text.split("\n"):
        source += f"#text({quoted(line)})\n\n" if line.strip() else "\n#v(4pt)\n"
    return bytes(typst.compile(source.encode()))
