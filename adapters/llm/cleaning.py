"""What of a text neither goes to a model nor comes from one: links, contacts, hidden signs."""

import re
import unicodedata

_LINK = "[link]"
_CONTACT = "[contact]"

_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # part of how some scripts and emoji are spelt
# Ends of names that are no English words, so that a full stop without a space is no address.
_ENDINGS = (
    "com|net|org|info|biz|io|app|co|ai|dev|gg|ly|tv|xyz|online|site|shop|club|edu|gov"
    "|ar|au|br|ca|ch|cn|de|dk|es|eu|fr|ie|jp|kr|mx|nl|nz|pl|pt|ro|ru|sg|tr|uk|za"
)
# A name begins where no name goes on: so each is gone through once, however long a text is.
_URL = re.compile(
    r"(?<![\w.])(?:[a-z][a-z0-9+.-]{1,15}://\S+|www\.\S+)"
    r"|(?<![\w-])(?<![\w-]\.)(?:[\w-]+\.)+"
    rf"(?:(?:{_ENDINGS})(?![\w-])(?:[/?#:]\S*)?|[a-z]{{2,18}}/\S*)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_HANDLE = re.compile(r"(?<![\w@])@\w[\w.]{1,63}")
_PHONE = re.compile(
    r"(?<![\w+])(?:\+\d(?:[\s().-]{0,2}\d){6,14}|\d(?:[\s().-]{0,2}\d){8,14})(?!\w)"
)

# What shows nothing, and would hide a word from whoever looks for it.
_UNSEEN = re.compile("[\u034f\u180b-\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")

# What is said to a model rather than to a companion: orders about its orders, or signs by which
# models tell roles apart. One hit is enough, so each is narrow.
_ABOUT_ORDERS = re.compile(
    r"\b(?:ignor|disregard|forget|overrid|bypass|overwrit)\w*\W+(?:\w+\W+){0,5}?"
    r"(?:instruction|prompt|directive|guideline|programming"
    r"|(?:your|previous|prior|above|earlier)\W+(?:\w+\W+)?(?:rule|polic(?:y|ie)|restriction))s?\b"
    r"|\b(?:system|developer|hidden|initial)[\s_-]+(?:prompt|message|instruction|override)s?\b"
    r"|\b(?:new|updated|following|real)\W+instructions?\b\W*:"
    r"|\b(?:reveal|print|repeat|output|show)\w*\W+(?:\w+\W+){0,3}?(?:prompt|instructions)\b"
    r"|\byou\s+are\s+(?:now\s+|no\s+longer\s+)(?:an?\s+)?(?:\w+\s+){0,2}?"
    r"(?:ai|assistant|model|chatbot|dan|admin\w*|unrestricted|jailbroken)\b"
    r"|\b(?:developer|debug|admin|god|dan)\s+mode\b|\bjailbreak\w*"
    r"|\b(?:set|change|add|write|store|record|save)\W+(?:\w+\W+){0,4}?"
    r"(?:sliders?\b|observations?\b|confidence\s+score\b"
    r"|(?:baseline|confidence|persona|warmth|playfulness|directness|pace|depth)\s*(?:to\b|=|:))"
    r"|[\"'](?:observations|kind|value|evidence|evidence_message_ids|support|role)[\"']\s*:"
    r"|<\|[^|>\n]{1,40}\|>|\[/?(?:INST|SYS(?:TEM)?)\]|<</?SYS>>"
    r"|</?\s*(?:system|assistant|user|instructions?|prompt|transcript)\b[^>\n]{0,80}>"
    r"|(?:^|\n)\W{0,4}(?:system|assistant|developer)\s*:"
    r"|(?:^|\n)#{2,}\s*(?:system|instructions?|new)\b",
    re.IGNORECASE,
)


def cleaned(text: str) -> str:
    """Give a text in compatible characters, without links, contacts and hidden characters."""
    text = unicodedata.normalize("NFKC", without_hidden(text))
    for pattern, instead in (
        (_EMAIL, _CONTACT),
        (_URL, _LINK),
        (_HANDLE, _CONTACT),
        (_PHONE, _CONTACT),
    ):
        text = pattern.sub(instead, text)
    return text


def without_hidden(text: str) -> str:
    """Give a text without control and format characters; line breaks and tabs become plain."""
    return "".join(
        character
        for character in text.replace("\r\n", "\n").replace("\t", " ")
        if character == "\n"
        or character in _JOINERS
        or unicodedata.category(character) not in _HIDDEN
    )


def instructs(text: str) -> bool:
    """Tell whether a text talks to the model about its orders, not to the companion.

    It knows common ways only. What keeps an unknown one without effect is that the transcript is
    data, that the output is of a closed form, and that no stored text reaches a prompt.
    """
    return _ABOUT_ORDERS.search(_UNSEEN.sub("", text)) is not None
