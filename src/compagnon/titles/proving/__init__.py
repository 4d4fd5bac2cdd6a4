"""Signed documents and credentials: made and checked without Django, database or network.

- :mod:`.keys`: the keys of a signer, and the boxes in which they are kept and carried;
- :mod:`.statement`: the fact that an attestation states;
- :mod:`.credential`: the same fact as a W3C credential, an Open Badge 3.0;
- :mod:`.data_integrity`: its proof, `eddsa-rdfc-2022`;
- :mod:`.status_list`: which ones were withdrawn, a bit each;
- :mod:`.signing`: the signature of the PDF, PAdES B-B;
- :mod:`.checking`: all of it checked, one verdict for each thing.
"""
