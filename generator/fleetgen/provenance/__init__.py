"""Where things come from: from a built object back to the template or setting that a person would edit. Pure."""
