"""The interface is complete in French, and keeps French typography."""

from __future__ import annotations

import re
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import compagnon

PACKAGE = Path(compagnon.__file__).parent
CATALOGUES = sorted(PACKAGE.glob("*/locale/fr/LC_MESSAGES/django.po"))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-5])
def test_french(path: Path) -> None:
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale="fr")
    for message in catalogue:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(texts), f"not translated: {message.id}"
        assert not message.fuzzy, f"to be looked at again: {message.id}"
        for text in texts:
            plain = re.sub(r"%\(\w+\)[sd]|<[^>]+>|https?://\S+|\{[^}]*\}|::|:[a-z_]+:", "x", text)
            assert not re.search(r"(?<=[\w»)]) [;!?»]|« ", plain), f"breaking space: {text}"
            assert not re.search(r"\w[!?;](?:\s|$)", plain), f"no space before: {text}"
            assert not re.search(r"\w'\w", plain), f"straight apostrophe: {text}"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-5])
def test_compiled(path: Path) -> None:
    with path.with_suffix(".mo").open("rb") as stream:
        compiled = GNUTranslations(stream)
    with path.open("rb") as stream:
        written = read_po(stream, locale="fr")
    for message in written:
        if not message.id:
            continue
        if isinstance(message.id, tuple):
            told: object = tuple(compiled.ngettext(*message.id, count) for count in (1, 2))
        elif message.context:
            told = compiled.pgettext(message.context, message.id)
        else:
            told = compiled.gettext(message.id)
        assert told == message.string, f"compile again: {message.id}"
