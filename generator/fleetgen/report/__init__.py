"""One file a format. Data goes to stdout, messages to stderr; reports are values until the CLI prints them."""
