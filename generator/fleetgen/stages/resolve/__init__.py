"""Stage 2: clusters to variants, and the rule by which variants are named. Pure."""

from fleetgen.stages.resolve.merged_settings import settings_of
from fleetgen.stages.resolve.variants import resolve

__all__ = ["resolve", "settings_of"]
