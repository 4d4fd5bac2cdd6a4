"""What inventory agents send, read without Django: bytes in, frozen facts out.

Four steps, each callable alone, each raising `Unreadable` and nothing else::

    body = decode(raw, headers=headers)          # decompressed, bounded, by sniffing
    envelope = read(body, headers=headers)       # XML or JSON, safe and bounded
    reading = parse(envelope)                    # Reading: action, agent, reports
    facts = expected_facts(reading)              # plain dict, names of the reference file

`documents.to_document(report)` and `documents.from_document(…)` keep a report as JSON;
`differences.difference(before, after)` says what changed; `answers` builds what agents await.
"""

from compagnon.park.inventory.decoding import decode
from compagnon.park.inventory.errors import REASONS, Unreadable
from compagnon.park.inventory.expected import expected_facts
from compagnon.park.inventory.facts import Reading, Report
from compagnon.park.inventory.limits import DEFAULT, Limits
from compagnon.park.inventory.parsing import parse
from compagnon.park.inventory.reading import Envelope, read

__all__ = [
    "DEFAULT",
    "REASONS",
    "Envelope",
    "Limits",
    "Reading",
    "Report",
    "Unreadable",
    "decode",
    "expected_facts",
    "parse",
    "read",
]
