"""Ids short enough to type."""

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter looks like a digit


def new_id(kind: str) -> str:
    """A new id of 60 random bits, such as `c_4k9m2x7qa1bz`; the prefix says what it names."""
    bits = secrets.randbits(60)
    return f"{kind}_" + "".join(ALPHABET[bits >> place & 31] for place in range(0, 60, 5))
