"""Names of the groups of entry points through which other packages add something."""

from typing import Final

STEPS_GROUP: Final = "seisbus.steps"
"""Steps that a deployment may allow."""
