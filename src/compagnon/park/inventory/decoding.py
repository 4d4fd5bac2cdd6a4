"""Decompression of a request, by sniffing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from compagnon.park.inventory.limits import DEFAULT, Limits

Compression = Literal["none", "zlib", "gzip", "deflate"]


def decode(
    body: bytes, *, headers: Mapping[str, str] | None = None, limits: Limits = DEFAULT
) -> bytes:
    """Give the request's text, decompressed. Labels in `headers` are never trusted.

    Raises `Unreadable`: ``empty``, ``too_large``, ``too_large_inflated``, ``bomb``,
    ``compression_*``.
    """
    raise NotImplementedError


def compression_of(body: bytes) -> Compression:
    """Say how a request was compressed, so that the answer be compressed alike."""
    raise NotImplementedError


def encode(text: bytes, compression: Compression) -> bytes:
    """Compress an answer as the agent did."""
    raise NotImplementedError
