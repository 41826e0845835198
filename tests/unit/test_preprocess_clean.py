"""Cleaning one text: what goes, what stays as it was."""

import itertools
import re
import time

import emoji
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.preprocess.clean import Cleaner
from jobs.preprocess.hashtags import words_of
from jobs.preprocess.language import in_language
from jobs.preprocess.pii import passes_iban, passes_luhn, without_pii
from jobs.preprocess.settings import Preprocessing
from jobs.preprocess.shield import Shield
from jobs.preprocess.sieve import says_something
from loop.errors import BadInput

DEFAULT = Cleaner(Preprocessing())
LINK_OR_MENTION = re.compile(r"https?:|\bwww\.\w|\[url\]|@\w", re.I)


def cleaned(text: str, **settings: object) -> str:
    return Cleaner(Preprocessing.of(**settings)).clean(text).text


def emoji_of(text: str) -> list[str]:
    return [each["emoji"] for each in emoji.emoji_list(text)]


# --- emoji -----------------------------------------------------------------------------------------------------------


def test_every_emoji_there_is_stays_byte_for_byte_among_everything_else_that_is_cleaned() -> None:
    for each in emoji.EMOJI_DATA:
        four = each * 4
        text = f"@ann soooo&amp;{each} {four} https://t.co/x{each}#tag{each}\u200bcafe\u0301 ::1:2:3:4"
        assert DEFAULT.clean(text).text == f"sooo&{each} {four} {each}#tag{each}café [ip]", each


@given(
    st.lists(st.sampled_from([*list(emoji.EMOJI_DATA)[::7], "a", " ", "@b ", "é", "\u200d", "!", "1", "#c", "\ufe0f"]))
)
def test_emoji_keep_their_order_and_their_bytes_in_any_mixture(parts: list[str]) -> None:
    text = "".join(parts)
    assert emoji_of(DEFAULT.clean(text).text) == emoji_of(text)


def test_a_joined_emoji_that_no_standard_knows_stays_whole() -> None:
    made_up = "👩🏽\u200d🎩\u200d🐙"
    assert cleaned(f"hi {made_up}") == f"hi {made_up}"


def test_invisible_tags_behind_an_emoji_go_and_those_of_a_flag_stay() -> None:
    scotland = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    assert cleaned(f"{scotland} 😀\U000e0061\U000e0062") == f"{scotland} 😀"


# --- broken text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("cafÃ© au lait", "café au lait"),
        ("Iâ€™m fine ðŸ˜‚", "I'm fine 😂"),
        ("cafÃ© 😂", "café 😂"),
        ("you &amp; me &lt;3 &amp;amp; <3", "you & me <3 & <3"),
        (r"it\u2019s \ud83d\ude02 here", "it's 😂 here"),
        (r"C:\users\me", r"C:\users\me"),
        ("a\u200bb\u202ec\x1b[31md\x07e\u00ad\ufefff", "abcdef"),
        ("one \t\u00a0 two  \r\n\r\n\r\n\r\n three ", "one two\n\nthree"),
        ("ｆｕｌｌ ﬁne", "full fine"),
    ],
)
def test_broken_text_is_put_right(broken: str, whole: str) -> None:
    assert cleaned(broken) == whole


@given(st.text(max_size=60))
def test_any_text_can_be_cleaned_and_a_clean_one_stays_free_of_marks(text: str) -> None:
    told = DEFAULT.clean(text).text
    assert not LINK_OR_MENTION.search(told), told
    assert told == told.strip()
    assert told.encode() or not told


@pytest.mark.parametrize(
    "piece", ["@", "#", "a.", "1-", "x@", "http", "[", "&amp;", "@a.", "( ", "😂", "👨\u200d", "AA11 ", "RT ", " ."]
)
def test_no_text_takes_for_ever(piece: str) -> None:
    """What takes a time that grows with the square of its length would take minutes."""
    start = time.process_time()
    DEFAULT.clean(piece * (100_000 // len(piece)))
    assert time.process_time() - start < 10


def test_a_private_character_of_the_text_itself_cannot_bring_in_what_is_held() -> None:
    assert emoji_of(cleaned("\U00100000 😀 \U00100001 \U0010fffd")) == ["😀"]


# --- URLs, mentions, hashtags ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("see https://t.co/Ab12 now", "see now"),
        ("look:http://a.b/c?d=e#f, nice", "look:, nice"),
        ("(https://en.wikipedia.org/wiki/Foo_(bar)) ok", "ok"),
        ("cut https://t… here", "cut… here"),
        ("cut http…", "cut…"),
        ("WWW.Example.ORG/x", ""),
        ("pic.twitter.com/abc bit.ly/2x example.com.", "."),
        ("日本語https://t.co/abc日本語", "日本語 日本語"),
        ("https://t.co/a😂https://t.co/b", "😂"),
        ("masked before: [url] <URL> {link}", "masked before:"),
        ("it.is so.me a.m. e.g. 3.14 and/or", "it.is so.me a.m. e.g. 3.14 and/or"),
        ("@ann thanks!", "thanks!"),
        (".@ann said", "said"),
        ("RT @ann: so true", "so true"),
        ("Nice one via @ann.b", "Nice one"),
        ("@ann@mastodon.social hi", "hi"),
        ("Dinner (@ann) & @bob's, yes", "Dinner &, yes"),
        ("meet @ 5 @ Venice Beach", "meet @ 5 @ Venice Beach"),
        ("@ユーザー hi", "hi"),
        ("write to me#1 #2 #tag", "write to me#1 #2 #tag"),
    ],
)
def test_urls_and_mentions_go_and_leave_no_hole(text: str, told: str) -> None:
    assert cleaned(text) == told


def test_what_is_kept_is_kept_whole() -> None:
    text = "see https://medium.com/@ann/wwwww-aaaaa?id=4111111111111111#sec and @bob_______x #soooooo"
    assert cleaned(text, urls="keep", mentions="keep") == text
    assert cleaned(text, urls="keep") == text.replace("@bob_______x ", "")


def test_masks_stand_for_what_was_there() -> None:
    assert cleaned("hi @bob, https://t.co/x!", urls="mask", mentions="mask") == "hi @user, [url]!"


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("ThrowbackThursday", "Throwback Thursday"),
        ("throwbackthursday", "throwback thursday"),
        ("MAKEAMERICAGREAT", "MAKE AMERICA GREAT"),
        ("WeLoveNYC", "We Love NYC"),
        ("iPhone", "iPhone"),
        ("love_is_blind", "love is blind"),
        ("Top10", "Top 10"),
        ("été", "été"),
        ("x" * 500, "x" * 500),
    ],
)
def test_hashtags_become_words(tag: str, words: str) -> None:
    assert words_of(tag) == words
    assert cleaned(f"a #{tag} b", hashtags="split", repeat=0) == f"a {words} b"


def test_splitting_loses_no_letter() -> None:
    for tag in ("GoldenGateBridge2016", "sanfrancisco", "ÜberAlles", "HTMLParser", "a1b2", "HelloWORLDagain"):
        assert words_of(tag).replace(" ", "") == tag


def test_hashtags_can_be_stripped() -> None:
    assert cleaned("so good #yum #nofilter (#tbt)!", hashtags="strip") == "so good!"


# --- personal data ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mail ann.b+c@ex-ample.co.uk!", "mail [email]!"),
        ("call (212) 555-2368 or +44 20 7946 0958", "call [phone] or [phone]"),
        ("card 4111 1111 1111 1111 ok", "card [card] ok"),
        ("no card 4111 1111 1111 1112 ok", "no card 4111 1111 1111 1112 ok"),
        ("DE89 3704 0044 0532 0130 00", "[iban]"),
        ("at 192.168.1.1 and 2001:db8::1", "at [ip] and [ip]"),
        ("v1.2.3.999 10:30:15 1,000,000 2015-10-12", "v1.2.3.999 10:30:15 1,000,000 2015-10-12"),
    ],
)
def test_personal_data_is_masked(text: str, told: str) -> None:
    assert cleaned(text) == told
    assert without_pii(text, "US") == told
    assert cleaned(text, pii="keep") == text


def test_phones_of_another_country() -> None:
    assert cleaned("Ruf an: 030 901820", region="DE") == "Ruf an: [phone]"
    assert cleaned("Ruf an: 030 901820") == "Ruf an: 030 901820"


def test_check_digits() -> None:
    """The examples of ISO/IEC 7812-1 and ISO 13616."""
    assert passes_luhn("79927398713")
    assert [digit for digit in "0123456789" if passes_luhn("7992739871" + digit)] == ["3"]
    assert passes_iban("GB82 WEST 1234 5698 7654 32")
    assert not passes_iban("GB82 WEST 1234 5698 7654 23")


# --- runs, what counts as a text, language ---------------------------------------------------------------------------


def test_runs_are_shortened_but_not_those_of_digits_and_emoji() -> None:
    assert cleaned("yesssss!!!!! 1000000 😂😂😂😂😂 .....") == "yesss!!! 1000000 😂😂😂😂😂 ..."
    assert cleaned("yesssss!!!!!", repeat=1) == "yes!"
    assert cleaned("yesssss!!!!!", repeat=0) == "yesssss!!!!!"


def test_what_says_something() -> None:
    assert all(says_something(text) for text in ("a", "7", "é", "😂", "✌️", "日本"))
    assert not any(says_something(text) for text in ("", "...", "[url] @user", "[email]!", "\u200d", '" "'))


def test_languages() -> None:
    english, german = (
        "The weather is lovely today and we are all going out",
        "Das Wetter ist heute schön, wir gehen alle raus",
    )
    odd = "Xmas vibes @ Citadel Outlets, Bigfork, MT with Gigi Hadid & Zayn Malik"
    foreign = [
        "Que lindo atardecer en la playa",
        "Wer kommt morgen mit ins Kino?",
        "On se retrouve demain pour le match",
    ]
    short = "ok merci"
    in_english, in_both = in_language(("en",)), in_language(("en", "de"))
    assert in_english(english)
    assert not in_english(german)
    assert not any(map(in_english, foreign))
    assert in_english(odd), "names are no language"
    assert in_english(short), "too short to tell"
    assert in_both(english)
    assert in_both(german)
    with pytest.raises(BadInput, match="'xx' is no language"):
        in_language(("xx",))


def test_held_pieces_come_back_in_their_order() -> None:
    shield = Shield()
    marks = [shield.put(str(number)) for number in range(1000)]
    assert shield.lifted("-".join(marks)) == "-".join(map(str, range(1000)))
    assert shield.lifted("".join(itertools.repeat(marks[7], 3))) == "777"
