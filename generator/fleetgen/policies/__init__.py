"""Commands for authors of policies: test suite, parity of both gates, what-if, export, advance."""
