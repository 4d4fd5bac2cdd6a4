"""The rules of a supply: amounts, stages, approvals, serial numbers, invoices. Pure.

Amounts are whole cents, rates are hundredths of a percent (2000 is 20 %): nothing is ever a float.
"""
