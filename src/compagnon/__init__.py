"""Compagnon: the IT support centre in one program.

Do the work (service desk, park, network), practise it (lab), prove it (professional title):
three things on one record. The rooms and what each may touch are in the design documentation.
"""

__version__ = "0.1.0"
