"""The fresh part of an answer, told from what it repeats: quoted messages and the signature.

Every line of the text goes to one side or the other, in order; when nothing fresh would be left,
all of it is fresh. A forwarded message is what the person wants to show: it stays.

The phrases that announce a quote ("Le 3 mai, Anne a écrit :") come from ``mail-parser-reply`` for
a dozen languages, applied to bounded windows of lines: its own reading of a whole text rewrites
the lines, takes a list of hyphens for a signature, and costs the square of the length.
"""

from __future__ import annotations

import re
from itertools import pairwise

from mailparser_reply.constants import MAIL_LANGUAGES

# "Le mar. 3 mai 2024 à 10:12, Anne Martin <a@x.fr> a écrit :", spread over a few lines at most.
NAMED = [
    re.compile(
        r"(?:le|on|am|el|il|op|em|den|dnia)\b.{5,300}(?:a\s+[ée]crit|wrote|schrieb|escribió|"
        r"ha\s+scritto|schreef|escreveu|skrev)[^:\n]{0,120}:",
        re.IGNORECASE | re.DOTALL,
    ),
    *(
        re.compile(language["wrote_header"], re.IGNORECASE)
        for language in MAIL_LANGUAGES.values()
        if "wrote_header" in language
    ),
]
# "Anne Martin <a@x.fr> a écrit :", "2024-05-03 10:12 GMT+02:00 Anne <a@x.fr>:".
UNNAMED = [
    re.compile(
        r".{3,200}<[^<>\s]+@[^<>\s]+>\s*(?:a\s+[ée]crit|wrote|schrieb)\s*:|"
        r"\d{4}[-/]\d\d?[-/]\d\d?,?\s.{0,80}<[^<>\s]+@[^<>\s]+>\s*:|"
        r"[^\n]{2,100}\s(?:a écrit le|wrote on)\s[^\n]{5,80}:",
        re.IGNORECASE | re.DOTALL,
    )
]
PROOF = re.compile(r"\d|@")
WINDOW_LINES = 4
WINDOW_CHARS = 400
MOST_WINDOWS = 150
"""Windows tried in one text: a page of false announcements must not cost seconds."""

RULE = re.compile(r"[ \t]*(?:[-_=*~]{3,})?[ \t]*$")
ORIGINAL = re.compile(
    r"[ \t]*[-_*]{2,}\s*(?:original message|message d['’\u2019]origine|message original|"
    r"courriel original|message initial|ursprüngliche nachricht|ursprungliche nachricht|"
    r"mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|"
    r"original appointment|rendez-vous d['’]origine|reply message|reply above this line)"
    r"\s*[-_*]{2,}[ \t]*",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"[ \t]*(?:[-_*]{2,}\s*(?:forwarded message|message transféré|message transmis|"
    r"original message forwarded|weitergeleitete nachricht|mensaje reenviado|"
    r"messaggio inoltrato|doorgestuurd bericht)|begin forwarded message\s*:|"
    r"début du message (?:transféré|réexpédié)\s*:|début du message transmis\s*:)",
    re.IGNORECASE,
)
FROM = re.compile(r"[ \t*>]*(?:de|from|von|da|van|exp(?:é|e)diteur)\s*:\s*\*?\s*\S", re.IGNORECASE)
OTHER = re.compile(
    r"[ \t*>]*(?:envoy(?:é|e)(?: le)?|sent|date|gesendet|datum|enviado(?: el)?|fecha|inviato|data|"
    r"verzonden|à|a|to|an|para|pour|aan|cc|copie|objet|subject|betreff|asunto|oggetto|onderwerp|"
    r"sujet|importance|pi(?:è|e)ces jointes)\s*:",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"[ \t*>]*(?:objet|subject|betreff|asunto|oggetto|onderwerp|sujet)\s*:", re.IGNORECASE
)
MARKER = re.compile(r"[ \t>]*#{2,}[^#\n]{5,120}#{2,}[ \t]*")
SIGNATURE = re.compile(r"--[ \t\u00a0]?")
MOBILE = re.compile(
    r"[ \t]*(?:(?:envoyé|sent|gesendet|enviado|inviato|verzonden|expédié)\s"
    r"(?:de|depuis|à partir de|avec|via|from|with|by|par|von|mit|desde|da|vanaf)\s"
    r"(?:my|mon|ma|mes|mein|meinem|meiner|mi|mio|dal|mijn|l['’\u2019]|la messagerie|le service|"
    r"outlook|mail|courrier|yahoo|gmail|proton|samsung|bell|blackberry|iphone|ipad|android|"
    r"orange|sfr|bouygues|free|windows|the all-new)|"
    r"(?:obtenir|obtenez|télécharge[rz]|get|hol|scarica|descarga)\s?outlook\s"
    r"(?:pour|for|für|per|para)|provenance\s?:\s?courrier)[^\n]{0,150}",
    re.IGNORECASE,
)
QUOTE = re.compile(r"[ \t]{0,3}>")
LONGEST_SIGNATURE = 40


def split(text: str, *, answer: bool, forward: bool) -> tuple[str, str]:
    """Share out the lines of ``text`` between what is fresh and what is folded.

    Args:
        text: the body, its lines ended by a line feed.
        answer: the message answers another (its subject or its references say so).
        forward: the message forwards another (its subject says so).
    """
    folding = _Folding(text.split("\n"), answer=answer, forward=forward)
    folding.run()
    fresh = folding.joined(wanted=False)
    if not fresh.strip():
        return text.strip("\n"), ""
    return fresh, folding.joined(wanted=True)


class _Folding:
    """The lines of one text, and which are folded."""

    def __init__(self, lines: list[str], *, answer: bool, forward: bool) -> None:
        self.lines = lines
        self.folded = [False] * len(lines)
        self.answer = answer
        self.forward = forward
        self.windows = 0

    def run(self) -> None:
        end = self.fold_unmarked()
        end = self.fold_signature(end)
        end = self.fold_marked(end)
        self.fold_signature(end)

    def joined(self, *, wanted: bool) -> str:
        kept = (
            line for line, is_folded in zip(self.lines, self.folded, strict=True)
            if is_folded is wanted
        )  # fmt: skip
        return "\n".join(kept).strip("\n")

    def fold(self, start: int, stop: int) -> None:
        self.folded[start:stop] = [True] * (stop - start)

    def fold_unmarked(self) -> int:
        """Fold a quote that has no marks, down to the end; give where what is left ends."""
        for index, line in enumerate(self.lines):
            if not line.strip() or QUOTE.match(line):
                continue
            if FORWARDED.match(line):
                return index
            if self.forward and (FROM.match(line) or ORIGINAL.match(line)):
                return index
            start = self.starts_unmarked(index)
            if start is not None:
                self.fold(start, len(self.lines))
                return start
        return len(self.lines)

    def starts_unmarked(self, index: int) -> int | None:
        """Give where a quote without marks starts, if the line at ``index`` opens one."""
        line = self.lines[index]
        start: int | None
        if MARKER.fullmatch(line):
            return self.announced_above(index)
        if ORIGINAL.fullmatch(line):
            return index
        if not self.answer:
            return None
        if self.heads_block(index):
            start = index
            while start and index - start < 3 and RULE.match(self.lines[start - 1]):
                start -= 1
            return start
        start = self.announcement(index)
        if start is not None and not self.next_is_quote(index + 1):
            return start
        return None

    def heads_block(self, index: int) -> bool:
        """Whether Outlook's block of headers starts here: who, when, to whom, about what."""
        if not FROM.match(self.lines[index]):
            return False
        others = [one for one in self.lines[index + 1 : index + 8] if OTHER.match(one)]
        return len(others) >= 2 and any(SUBJECT.match(one) for one in others)

    def fold_marked(self, end: int) -> int:
        """Fold ``>`` lines before ``end``; give where the fresh part that they close ends.

        Quotes that stand together are folded. Answers written between quotes make no sense
        without them: only the remainder, at the end, goes.
        """
        runs = [
            run for run in self.runs(end) if self.answer or not QUOTE.match(self.lines[run[0]])
        ]  # fmt: skip
        if not runs:
            return end
        first, last = runs[0], runs[-1]
        closing = not any(line.strip() for line in self.lines[last[1] : end])
        if len(runs) == 1 or (closing and not self.is_answered(runs)):
            for start, stop in runs:
                self.fold(start, stop)
            return first[0] if closing else end
        if closing:
            self.fold(*last)
            return last[0]
        return end

    def is_answered(self, runs: list[tuple[int, int]]) -> bool:
        """Whether something is written between the quotes."""
        return any(
            line.strip()
            for before, after in pairwise(runs)
            for line in self.lines[before[1] : after[0]]
        )

    def runs(self, end: int) -> list[tuple[int, int]]:
        """Give the runs of ``>`` lines before ``end``, with the announcement of each."""
        found: list[tuple[int, int]] = []
        index = 0
        while index < end:
            if not QUOTE.match(self.lines[index]):
                index += 1
                continue
            stop = look = index + 1
            while look < end and (QUOTE.match(self.lines[look]) or not self.lines[look].strip()):
                look += 1
                if self.lines[look - 1].strip():
                    stop = look
            found.append((self.announced_above(index), stop))
            index = look
        return found

    def announced_above(self, index: int) -> int:
        """Give where the announcement of the quote at ``index`` starts, or ``index``."""
        above = index
        while above and not self.lines[above - 1].strip() and index - above < 2:
            above -= 1
        start = self.announcement(above - 1) if above else None
        return index if start is None else start

    def announcement(self, last: int) -> int | None:
        """Give where the announcement of a quote that ends at line ``last`` starts, if it is one.

        The nearest start wins: the line above may be fresh, and start with the same word.
        """
        if not self.lines[last].rstrip().endswith((":", "：")):
            return None
        for patterns in (NAMED, UNNAMED):
            window = ""
            for start in range(last, max(-1, last - WINDOW_LINES), -1):
                line = self.lines[start].strip()
                window = f"{line} {window}".strip()
                if not line or len(window) > WINDOW_CHARS or self.windows > MOST_WINDOWS:
                    break
                if not PROOF.search(window):
                    continue
                self.windows += 1
                if any(pattern.fullmatch(window) for pattern in patterns):
                    return start
        return None

    def next_is_quote(self, index: int) -> bool:
        following = next((one for one in self.lines[index : index + 4] if one.strip()), "")
        return QUOTE.match(following) is not None

    def fold_signature(self, end: int) -> int:
        """Fold the signature that closes the lines before ``end``; give where it starts."""
        last = end
        while last and not self.lines[last - 1].strip():
            last -= 1
        for index in range(last - 1, max(-1, last - 1 - LONGEST_SIGNATURE), -1):
            line = self.lines[index]
            if self.folded[index] or QUOTE.match(line):
                break
            if SIGNATURE.fullmatch(line):
                self.fold(index, end)
                return index
            if MOBILE.fullmatch(line) and last - index <= 4:
                start = index
                while start and (
                    RULE.match(self.lines[start - 1]) or MOBILE.fullmatch(self.lines[start - 1])
                ):
                    start -= 1
                self.fold(start, end)
                return start
        return end
