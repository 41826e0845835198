"""What leads to a person: e-mail addresses, phones, payment cards, bank accounts and network addresses become masks.

Names and postal addresses are not found.
"""

import ipaddress
import re
from collections.abc import Callable

from jobs.preprocess.shield import Shield
from loop.errors import BadInput

EMAIL = r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}"
EMAIL_MASK = "[email]"
PHONES, CARDS, IBANS, ADDRESSES = "phones", "cards", "ibans", "ip_addresses"
_DIGITS = re.compile(r"\d[^\w\n]{0,3}(?:\d[^\w\n]{0,3}){5}\d")
"""Seven digits near to each other: fewer are no phone number."""
_CARD = re.compile(r"(?<![\w.,])\d(?:[ -]?\d){12,18}(?![\w.,]?\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}(?![\w:])", re.I)


def check_region(region: str) -> None:
    """Raises BadInput for what is no country with phone numbers."""
    from phonenumbers import SUPPORTED_REGIONS

    if region not in SUPPORTED_REGIONS:
        raise BadInput(f"'{region}' is no country; give two letters for --region, as in US or DE (ISO 3166)")


def masked_numbers(text: str, region: str, shield: Shield) -> tuple[str, list[str]]:
    """The text with masks, which the shield holds, and the kinds that were found. `region` is for phone numbers."""
    changed = set()
    for kind, hint, pattern, fits, mask in _KINDS:
        if hint.search(text):
            replaced = _replaced(text, pattern, fits, mask, shield)
            changed |= {kind} if replaced != text else set()
            text = replaced
    masked = _without_phones(text, region, shield) if _DIGITS.search(text) else text
    changed |= {PHONES} if masked != text else set()
    return masked, sorted(changed)


def without_pii(text: str, region: str) -> str:
    """The text with nothing but its masks changed."""
    shield = Shield()
    return shield.lifted(masked_numbers(re.sub(EMAIL, EMAIL_MASK, text), region, shield)[0])


def passes_luhn(number: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1): every second digit from the right is doubled."""
    digits = [int(letter) for letter in reversed(number) if letter.isdigit()]
    doubled = (digit * 2 - 9 * (digit > 4) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1


def passes_iban(number: str) -> bool:
    """The check digits of an account number (ISO 13616): 1 modulo 97, letters as 10 to 35."""
    plain = number.replace(" ", "")
    return len(plain) >= 15 and int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def _is_address(found: str) -> bool:
    try:
        ipaddress.ip_address(found)
    except ValueError:
        return False
    return True


_KINDS: tuple[tuple[str, re.Pattern[str], re.Pattern[str], Callable[[str], bool], str], ...] = (
    (IBANS, _DIGITS, _IBAN, passes_iban, "[iban]"),
    (CARDS, _DIGITS, _CARD, passes_luhn, "[card]"),
    (ADDRESSES, re.compile(r"\d\.\d"), _IPV4, _is_address, "[ip]"),
    (ADDRESSES, re.compile(r":[0-9a-f]{0,4}:", re.I), _IPV6, _is_address, "[ip]"),
)
"""Name; a quick hint that there may be one; what it looks like; whether it is one; its mask."""


def _replaced(text: str, pattern: re.Pattern[str], fits: Callable[[str], bool], mask: str, shield: Shield) -> str:
    return pattern.sub(lambda found: shield.put(mask) if fits(found.group()) else found.group(), text)


def _without_phones(text: str, region: str, shield: Shield) -> str:
    from phonenumbers import PhoneNumberMatcher

    kept, done = [], 0
    for found in PhoneNumberMatcher(text, region):
        kept += [text[done : found.start], shield.put("[phone]")]
        done = found.end
    return "".join([*kept, text[done:]])
