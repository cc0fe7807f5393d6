"""Starting a fleet repository and adding documents to it."""
