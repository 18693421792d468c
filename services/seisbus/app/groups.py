"""Names of groups of entry points by which other packages bring something."""

from typing import Final

STEPS_GROUP: Final = "seisbus.steps"
"""Steps that a deployment may allow."""
