"""The official structure of the titles that come with the product: codes, names, numbers."""
