"""fleetgen: from an inventory of edge clusters to a gated commit that each cluster's Argo CD pulls."""

__version__ = "0.1.0"
# of every document, and of what the commands answer in JSON
API_VERSION = "fleetgen.io/v1alpha1"
