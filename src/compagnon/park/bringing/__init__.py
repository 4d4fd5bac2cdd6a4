"""Lists of assets, custody and licences from files: knows no Django and no database.

``tables.read`` gives a file's header and rows, whatever it is (CSV, XLSX, JSON), within bounds;
``columns`` says which column is which of our fields; ``values`` reads dates, prices, states.
"""
