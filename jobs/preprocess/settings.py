"""What the user wants done to a file, and what of it makes no sense."""

from typing import Literal, Self, get_args

import msgspec

from loop.errors import BadInput

Fate = Literal["remove", "keep", "mask"]
TagFate = Literal["keep", "strip", "split"]
PiiFate = Literal["mask", "keep"]
CHOICES = {"urls": get_args(Fate), "mentions": get_args(Fate), "hashtags": get_args(TagFate), "pii": get_args(PiiFate)}
ANY = "any"


class Preprocessing(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one preprocessing; the report repeats them."""

    task: str = ""
    """The kind of writing that every row is; empty where none was named."""
    mapping: dict[str, str] = {}
    """Ours to theirs, where they differ."""
    urls: Fate = "remove"
    mentions: Fate = "remove"
    hashtags: TagFate = "keep"
    """Strip takes the whole tag out; split writes it as words."""
    pii: PiiFate = "mask"
    region: str = "US"
    """The country whose phone numbers are known without their country code, ISO 3166."""
    language: tuple[str, ...] = ()
    """ISO 639-1 codes, any of which is kept; empty keeps all languages."""
    min_length: int = 1
    max_length: int = 0
    """Characters after cleaning; 0 sets no limit."""
    repeat: int = 3
    """The longest run of one letter or mark; 0 leaves all runs."""
    near_duplicates: float = 0.8
    """Share of common character 5-grams (Jaccard) from which two texts are the same text."""
    split: tuple[float, float, float] = (0.9, 0.05, 0.05)
    """Shares of train, validation and test."""
    seed: int = 0
    """Of the split."""

    @classmethod
    def of(cls, **given: object) -> Self:
        """The settings from options as they are typed. Raises BadInput where one is out of its range."""
        for name, choices in CHOICES.items():
            if given.get(name, choices[0]) not in choices:
                raise BadInput(f"'{given[name]}' is nothing for --{name}; choose from {', '.join(choices)}")
        made = msgspec.convert(given, cls)
        if made.min_length < 1 or made.max_length < 0 or made.repeat < 0:
            raise BadInput("a limit is too low; --min-length begins with 1, and 0 is no limit for the others")
        if 0 < made.max_length < made.min_length:
            raise BadInput(f"no text has from {made.min_length} to {made.max_length} characters; exchange the two")
        if not 0 < made.near_duplicates <= 1:
            raise BadInput(
                f"--near-duplicates is {made.near_duplicates:g}; give a share above 0 and up to 1, which takes out "
                "texts with the same words only"
            )
        return made


def read_split_shares(option: str) -> tuple[float, float, float]:
    """`0.9/0.05/0.05` as shares that add up to 1; they may be given in any unit, as 90/5/5."""
    try:
        train, validation, test = (float(part) for part in option.split("/"))
    except ValueError:
        train = validation = test = -1.0
    total = train + validation + test
    if not (min(train, validation, test) >= 0 and train > 0 and total < float("inf")):
        raise BadInput(f"'{option}' is no split; write the shares TRAIN/VALIDATION/TEST, as in 0.9/0.05/0.05")
    return train / total, validation / total, test / total


def read_languages(option: str) -> tuple[str, ...]:
    """`en,de` as codes; none for `any`."""
    codes = tuple(dict.fromkeys(code.strip().lower() for code in option.split(",") if code.strip()))
    if not codes or (ANY in codes and len(codes) > 1):
        raise BadInput(f"'{option}' is no language; give codes such as en or en,de, or {ANY}")
    return () if codes == (ANY,) else codes
