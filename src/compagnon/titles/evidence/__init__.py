"""Evidence without a database: matching rules, masking persons, coverage. Knows no Django."""
