"""How people write: careful, hurried, chatty, in capitals; with the slips that fingers make."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from random import Random
from typing import Any

from compagnon.config.demo import data
from compagnon.config.demo.world import User

# How often a text of that voice holds slips.
SLIPS = {"careful": 0.03, "hurried": 0.45, "chatty": 0.15, "plain": 0.25, "shouting": 0.5}
SAID_WRONG = (
    ("ça ", "sa "),
    ("Je n'arrive", "J'arrive"),
    ("je n'arrive", "j'arrive"),
    ("qu'est-ce que", "qu'est ce que"),
    (" à ", " a "),
    ("c'est ", "c est "),
    ("aujourd'hui", "aujourdhui"),
    ("plusieurs", "plusieur"),
    ("depuis", "dpuis"),
    ("impossible", "imposible"),
    ("problème", "probleme"),
)


class Slots(dict[str, str]):
    """The words that fill the templates of one ticket: each drawn once, then kept."""

    def __init__(self, rng: Random, user: User, colleague: User) -> None:
        super().__init__(
            poste=user.computer,
            prenom=user.first,
            ext=user.extension,
            site=user.place.name,
            site_code=user.place.code,
            service_interne=user.department,
            collegue=colleague.name,
            prenom_collegue=colleague.first,
            n=str(rng.randrange(2, 10)),
            n2=f"{rng.randrange(1, 10):02d}",
            pct=str(rng.randrange(12, 98)),
            reference="my request" if user.english else "ma demande",
        )
        self._rng = rng
        self._words: dict[str, Sequence[str]] = data.organisation()["words"]
        self._english = user.english
        self._here: dict[str, Sequence[str]] = {
            "salle": user.place.rooms,
            "imprimante": user.place.printers,
            "etage": user.place.floors,
        }

    def __missing__(self, name: str) -> str:
        found = self._here.get(name) or self._words.get(
            f"{name}_en" if self._english and f"{name}_en" in self._words else name
        )
        if found is None:
            raise KeyError(name)
        self[name] = chosen = self._rng.choice(found)
        return chosen


def fill(template: str, slots: Slots) -> str:
    """Fill a template."""
    return template.format_map(slots)


def with_slips(rng: Random, text: str, rate: float) -> str:
    """Let fingers slip here and there, at that rate a text."""
    if rng.random() > rate * 2:
        return text
    for right, wrong in SAID_WRONG:
        if right in text and rng.random() < rate:
            text = text.replace(right, wrong, 1)
    words = text.split(" ")
    for index, word in enumerate(words):
        if rng.random() > rate / 14:
            continue
        if len(word) > 5 and word.isalpha():
            at = rng.randrange(1, len(word) - 2)
            words[index] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        elif not word.isascii():
            words[index] = without_accents(word)
    return " ".join(words)


def without_accents(text: str) -> str:
    """Give the text as typed without looking for the accents."""
    folded = unicodedata.normalize("NFKD", text)
    return "".join(char for char in folded if not unicodedata.combining(char))


def described(rng: Random, user: User, core: str, slots: Slots) -> str:
    """Give a request as that user writes it, from greeting to signature."""
    said = data.phrases()["user"]
    voice = "english" if user.english else user.voice
    parts = [fill(core, slots)]
    extras = rng.sample(said["extras_en" if user.english else "extras"], 2)
    often = 0.5 if voice == "chatty" else 0.22
    parts += [fill(extra, slots) for extra in extras if rng.random() < often]
    body = "\n\n".join(parts) if voice in {"careful", "chatty"} else " ".join(parts)
    greeting = rng.choice(said["greetings"][voice])
    closing = fill(rng.choice(said["closings"][voice]), slots)
    signature = signed(user) if voice in {"careful", "english"} or rng.random() < 0.3 else ""
    text = "\n\n".join(filter(None, (greeting, styled(rng, voice, body), closing)))
    return f"{text}\n{signature}".strip()


def styled(rng: Random, voice: str, text: str) -> str:
    """Give a text in that voice."""
    text = with_slips(rng, text, SLIPS.get(voice, 0.0))
    if voice == "shouting" and rng.random() < 0.5:
        return text.upper()
    if voice == "hurried" and rng.random() < 0.4:
        return text[:1].lower() + text[1:].rstrip(".")
    return text


def signed(user: User) -> str:
    """Give the signature that a mail program adds."""
    return f"{user.name}\n{user.job} – Ateliers Verdelaine"


def quoted(name: str, text: str) -> str:
    """Give a former message as a mail program quotes it."""
    lines = "\n".join(f"> {line}" for line in text.splitlines()[:12])
    return f"{name} a écrit :\n{lines}"


def pick(rng: Random, texts: Sequence[Any]) -> Any:
    """Draw one; nothing from an empty list."""
    return rng.choice(texts) if texts else ""
