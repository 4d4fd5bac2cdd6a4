"""How much of somebody's file is read, at most."""

from __future__ import annotations

# An attestation takes 50 kB and one page.
PDF_BYTES = 5 * 1024 * 1024
CREDENTIAL_BYTES = 256 * 1024
# A list of the smallest size, one bit in each place taken at random, does not compress.
STATUS_LIST_BYTES = 4 * 1024 * 1024
TRUST_BYTES = 256 * 1024
PDF_OBJECTS = 20_000
PDF_PAGES = 5
PDF_TEXT_CHARACTERS = 100_000
# Words of the language of pages, in one stream.
PDF_OPERATIONS = 200_000
# What one stream of a PDF may become when it is inflated, and all of them together.
STREAM_BYTES = 8 * 1024 * 1024
JSON_DEPTH = 12
JSON_VALUES = 1_500
JSON_STRING = 20_000
# Steps of the canonical form's search among nodes that look alike: hostile graphs ask for ever.
CANONICAL_STEPS = 4_000
# Places of a status list: the specification's least, and what we read at most.
LIST_LEAST_BITS = 131_072
LIST_MOST_BITS = 8 * 1024 * 1024
