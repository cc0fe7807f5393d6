"""Stage 1: files to a Fleet. Pure: the texts come in as a mapping, all problems go out in one error."""

from fleetgen.stages.load.fleet import load_documents

__all__ = ["load_documents"]
