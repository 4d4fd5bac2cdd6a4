"""How much a document may hold. Every bound is a refusal with its reason, never a cut."""

MIB = 1024 * 1024
MAX_BYTES = 64 * MIB  # a text, a PDF, an XML flow, a CSV file
MAX_LINES = 200_000
MAX_LINE = 20_000  # characters; longer ones are cut for matching
MAX_PAGES = 600
PDF_SECONDS = 60
PDF_MEMORY = 1024 * MIB
MAX_UNPACKED = 512 * MIB  # of an archive, all its files together
MAX_ENTRIES = 60
MAX_RATIO = 200
MAX_SHEETS = 60_000  # of one RNCP export
MAX_ITEMS = 400  # competences, criteria… of one title: no title has a quarter of it
MAX_ACTIVITIES = 60
MAX_NAME = 300
