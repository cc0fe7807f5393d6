"""The command line: parse, call, print. One small file a command; the table in `main` loads them when they are asked for."""
