"""What the inventory engine refuses."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "empty": "The request has no body.",
    "too_large": "The request is larger than what is accepted.",
    "too_large_inflated": "The request is larger than what is accepted once decompressed.",
    "bomb": "The request inflates out of all proportion: taken for a decompression bomb.",
    "compression_unknown": "Neither zlib, gzip, deflate, XML nor JSON: the format is not known.",
    "compression_corrupt": "The compressed data is damaged.",
    "compression_truncated": "The compressed data stops before its end.",
    "encoding": "The text is in no encoding that can be read.",
    "xml_malformed": "The XML is malformed.",
    "xml_truncated": "The XML stops before its end.",
    "xml_doctype": "The XML declares a document type or an entity: refused.",
    "xml_root": "The XML's root is not REQUEST.",
    "json_malformed": "The JSON is malformed.",
    "json_truncated": "The JSON stops before its end.",
    "json_trailing": "Something follows the JSON document.",
    "json_root": "The JSON's root is not an object.",
    "too_deep": "The document is nested deeper than what is accepted.",
    "too_many": "The document holds more elements than what is accepted.",
    "too_long": "A value is longer than what is accepted.",
    "no_deviceid": "The agent did not give its DEVICEID.",
    "no_query": "The message says neither QUERY nor action.",
    "unknown_query": "This kind of request is not known here.",
    "unknown_itemtype": "This kind of item is not known here.",
    "no_content": "The inventory has no content.",
}
"""Every reason that the engine can give, and its sentence in English (the interface's msgid)."""


class Unreadable(Exception):
    """The bytes are no request of an agent; keep them aside and say why.

    Args:
        reason_code: a key of `REASONS`, stable.
        detail: what was measured or met, in English, for whoever inspects the file.
    """

    def __init__(self, reason_code: str, detail: str = "") -> None:
        self.reason_code = reason_code
        self.sentence = REASONS[reason_code]
        self.detail = detail
        super().__init__(f"{reason_code}: {self.sentence} {detail}".rstrip())
