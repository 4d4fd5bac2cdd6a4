"""Documents of ``titles``, made by Typst: attestations, booklets, dossiers, minutes, summons.

:func:`~compagnon.titles.documents.engine.render` makes any of them of a template of this folder
and data; what each says is written beside (:mod:`.attestation`, :mod:`.booklet`).
"""
