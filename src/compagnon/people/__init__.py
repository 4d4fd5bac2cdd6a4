"""Who is there: organisations as a tree, sites, persons, accounts, teams, and roles.

Other rooms use ``models`` (Organisation, Site, Person, Team), ``queries`` (the actor of a person,
pickers) and ``services`` (making a person known from a mail address).
"""
