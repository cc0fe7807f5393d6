"""Inventory from elsewhere: a table of sites and a mapping become Cluster documents. Pure; the caller reads and writes files."""

from fleetgen.importing.clusters import Imported, import_clusters, render_documents

__all__ = ["Imported", "import_clusters", "render_documents"]
