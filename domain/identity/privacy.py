"""Who may see what a person shows of themself."""

from .profile import PrivacyLevel


def may_see_profile(level: PrivacyLevel, *, friends: bool, blocked: bool) -> bool:
    """Tell whether another person may see someone's display name.

    Args:
        level: What the one who is looked at has set.
        friends: Both have written in their open conversation.
        blocked: One of the two has blocked the other.
    """
    if blocked or level is PrivacyLevel.PRIVATE:
        return False
    return friends or level is PrivacyLevel.PUBLIC
