"""What agents' words mean: one manufacturer under many spellings, a serial that is none…

Pure functions over data files (`facts/*.toml`), each fact with its source; no Django.
"""
