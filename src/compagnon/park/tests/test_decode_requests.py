"""Decompression believes the first bytes alone, and stops at its bounds."""

from __future__ import annotations

import gzip
import os
import zlib
from dataclasses import replace

import pytest

from compagnon.park.inventory import DEFAULT, Unreadable, decode
from compagnon.park.inventory.decoding import Compression, compression_of, encode
from compagnon.park.inventory.limits import MIB

TEXT = b'{"action":"contact","deviceid":"pc-1"}'
COMPRESSIONS: tuple[Compression, ...] = ("none", "zlib", "gzip", "deflate")


def refusal(body: bytes, **limits: int) -> str:
    with pytest.raises(Unreadable) as refused:
        decode(body, limits=replace(DEFAULT, **limits))
    return refused.value.reason_code


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_each_compression_is_recognised_and_answered_alike(compression: Compression) -> None:
    body = encode(TEXT, compression)
    assert compression_of(body) == compression
    assert decode(body) == TEXT


@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_every_level_of_zlib_is_recognised(level: int) -> None:
    assert decode(zlib.compress(TEXT, level)) == TEXT


def test_a_false_label_changes_nothing() -> None:
    assert decode(gzip.compress(TEXT), headers={"Content-Type": "application/json"}) == TEXT
    assert decode(TEXT, headers={"Content-Encoding": "gzip"}) == TEXT


def test_a_proxy_may_compress_once_more() -> None:
    assert decode(gzip.compress(zlib.compress(TEXT))) == TEXT
    thrice = gzip.compress(gzip.compress(gzip.compress(TEXT)))
    assert refusal(thrice) == "compression_unknown"


def test_gzip_members_follow_one_another() -> None:
    assert decode(gzip.compress(TEXT[:10]) + gzip.compress(TEXT[10:])) == TEXT
    assert refusal(gzip.compress(b"") * 40) == "compression_corrupt"


def test_trailing_zeros_are_padding_and_trailing_bytes_are_not() -> None:
    assert decode(zlib.compress(TEXT) + b"\0\0\n") == TEXT
    assert refusal(zlib.compress(TEXT) + b"more") == "compression_corrupt"


def test_nothing_is_refused_as_such() -> None:
    assert refusal(b"") == "empty"
    assert refusal(b" \n") == "empty"


def test_sizes_are_bounded_before_and_after() -> None:
    assert refusal(b"x" * 101, body_bytes=100) == "too_large"
    noise = os.urandom(600_000).hex().encode()
    assert refusal(zlib.compress(noise), inflated_bytes=MIB) == "too_large_inflated"


def test_a_bomb_is_stopped_on_its_way() -> None:
    assert refusal(zlib.compress(b" " * 40 * MIB)) == "bomb"
    assert refusal(gzip.compress(b" " * 40 * MIB)) == "bomb"


def test_damage_and_truncation_are_told_apart() -> None:
    whole = zlib.compress(TEXT * 50)
    assert refusal(whole[:-7]) == "compression_truncated"
    assert refusal(whole[:30] + b"\xff\xff\xff" + whole[33:]) == "compression_corrupt"
    assert refusal(b"\x0b\x05\x80brotli-like") == "compression_unknown"
