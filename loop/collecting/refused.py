"""Why an address gave no texts."""

from loop.errors import RepriseError


class NotCollected(RepriseError):
    """One address could not be read; the others are read all the same."""


class PrivateAddress(NotCollected):
    """It is not an address of the open internet."""
