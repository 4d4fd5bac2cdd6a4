"""The pages of ``contracts``: thin, each parses, calls one query or service, and renders."""
