"""Use cases: each joins stages and adapters, keeps the cache, shows progress. Depends on everything below the CLI."""
