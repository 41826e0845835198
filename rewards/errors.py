"""The errors of this room: one sentence, what is wrong and what to do."""


class RatingRefused(ValueError):
    """A rating that nobody can have meant."""


class TooFew(ValueError):
    """There is not enough to compute the figure from."""
