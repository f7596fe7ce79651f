"""Which words of a model may be kept and shown as being about a person."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_ADDRESS = re.compile(
    r"(?i)://|\bwww\.|\S@\S|(?<!\w)@\w"
    r"|\b[\w-]+\.(?:com|net|org|info|biz|io|ai|app|dev|me|co|in|uk|de|fr|ru|xyz|link|site|online)\b"
)
_NUMBER = re.compile(r"(?:\d[\s().+/-]*){7,}")
_MARKUP = re.compile(r"[<>{}\[\]`|\\]|\*\*|##")
# Marks that show nothing by themselves, and would hide a word.
_UNSEEN = re.compile("[\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ROLE = re.compile(r"(?i)^\s*(?:system|assistant|developer|user|ai|human)\s*:")
_ORDER = re.compile(
    r"(?i)\b(?:ignor\w*|disregard\w*|overrid\w*|bypass\w*|jailbreak\w*|instruction\w*|prompt\w*"
    r"|pretend\w*|roleplay\w*|obey\w*|developer mode|you are now|from now on|act as|forget (?:all"
    r"|every\w*|your|the|previous)|(?:previous|above|new|these|following) (?:rules?|orders?"
    r"|directions?|messages?)|as an ai|language model|repeat after|respond with|reply with"
    r"|answer with|output|must say|always say|set the|slider\w*|confidence|support of)\b"
)


def one_line(text: str) -> str:
    """Give a text in normal form, with single spaces and none around it."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def same_words(text: str) -> str:
    """Give what texts have in common that differ only in their capitals."""
    return one_line(text).casefold()


def is_presentable(text: str, max_characters: int) -> bool:
    """Tell whether a line says something of a person and nothing else.

    Addresses, contacts, control characters, markup, and what reads as an order to a model are
    not: none of them can be an observation, whoever wrote it.
    """
    if not 1 <= len(text) <= max_characters or text != one_line(text):
        return False
    if any(unicodedata.category(character)[0] == "C" for character in text):
        return False
    if not any(character.isalpha() for character in text):
        return False
    shown = _UNSEEN.sub("", text)
    unwanted = (_ADDRESS, _NUMBER, _MARKUP, _ROLE, _ORDER)
    return not any(pattern.search(shown) for pattern in unwanted)
