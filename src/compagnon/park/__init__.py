"""The asset park: configuration items, inventory, licences, supplier contracts, movements.

Engines that know no Django are under `inventory` (what agents send) and `identity` (which machine
it is); the rows and the verbs around them are in `models` and `services`.
"""
