"""Which character set 8-bit bytes are in, when nothing true is said: scripts give themselves away.

Only sets met in the mail of an office are weighed; the answer for anything unclear is
windows-1252, which reads every byte.
"""

from __future__ import annotations

import codecs
import re

SAMPLE = 20_000
LETTER = re.compile(rb"[A-Za-z]")
HIGH = re.compile(rb"[\x80-\xff]")
KANA = re.compile("[\u3040-\u30ff\uff66-\uff9f]")
HAN = re.compile("[\u4e00-\u9fff]")
HANGUL = re.compile("[\uac00-\ud7a3]")
CYRILLIC_SMALL = re.compile("[а-яё]")
CYRILLIC_CAPITAL = re.compile("[А-ЯЁ]")
FOREIGN = re.compile(r"[^\x00-\x7f]")
# The frequent characters of each plane: first-level hanzi and hanja-free hangul, common Big5.
GB_LEVEL_ONE = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")
BIG5_COMMON = re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]")


def guess(data: bytes) -> str:
    """Give the codec that most likely reads ``data``, which is not UTF-8."""
    sample = data[:SAMPLE]
    high, letters = len(HIGH.findall(sample)), len(LETTER.findall(sample))
    # French or German has one accented letter in ten; a text in another script has little else.
    if high < 4 or high < letters * 0.6:
        return "cp1252"
    return _east_asian(sample) or _cyrillic(sample) or "cp1252"


def _read(sample: bytes, codec: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(codec)().decode(sample, final=False)
    except UnicodeError:
        return None


def _east_asian(sample: bytes) -> str | None:
    for codec in ("cp932", "euc_jp"):
        text = _read(sample, codec)
        # Half-width katakana are what single-byte text looks like in cp932: they prove nothing.
        if text and _share(re.compile("[\u3040-\u30ff]"), text) >= 0.25:
            return codec
    # The plain set first: its extension has syllables for nearly every pair of bytes.
    text = _read(sample, "euc_kr")
    if text and _share(HANGUL, text) >= 0.6:
        return "cp949"
    high = len(HIGH.findall(sample))
    text = _read(sample, "gb2312")
    if text and _share(HAN, text) >= 0.5 and 2 * len(GB_LEVEL_ONE.findall(sample)) >= 0.6 * high:
        return "gb18030"
    text = _read(sample, "cp950")
    if text and _share(HAN, text) >= 0.5 and len(BIG5_COMMON.findall(sample)) >= 0.35 * high:
        return "cp950"
    text = _read(sample, "cp949")
    return "cp949" if text and _share(HANGUL, text) >= 0.8 else None


def _cyrillic(sample: bytes) -> str | None:
    """Tell windows-1251 from KOI8-R: the wrong one swaps capitals and small letters."""
    best, most = None, 0
    for codec in ("cp1251", "koi8_r"):
        text = sample.decode(codec, "replace")
        small, capital = len(CYRILLIC_SMALL.findall(text)), len(CYRILLIC_CAPITAL.findall(text))
        foreign = len(FOREIGN.findall(text))
        if small > capital and small + capital >= 0.8 * foreign and small > most:
            best, most = codec, small
    return best


def _share(pattern: re.Pattern[str], text: str) -> float:
    foreign = len(FOREIGN.findall(text))
    return len(pattern.findall(text)) / foreign if foreign else 0.0
