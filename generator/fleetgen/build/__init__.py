"""From inputs to what every cluster gets: desired state, object schemas, and rendered trees in git and on disk."""
