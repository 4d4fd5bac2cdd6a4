"""Settings, routes, the API's root and the command line: the only place that sees every room."""
