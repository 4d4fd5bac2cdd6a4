"""The demonstration: an invented provider, its client and a year of their requests, by seed.

Everything said here is invented: names, companies, addresses (``.example``) and numbers (of the
ranges that the Arcep reserves for works of fiction). Who and what: ``organisation.toml``; what
people come with: ``stories/``; what is said on every ticket: ``phrases.toml``.
"""
