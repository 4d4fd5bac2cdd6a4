"""The professional titles: referentials, candidacies, evidence, evaluations, juries, attestations.

Engines that know no Django are under `importing` (official documents), `ruling` (rule sets and
decisions) and `proving` (signed documents and credentials).
"""
