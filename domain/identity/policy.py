"""The numbers of identity that a business may tune."""

from attrs import field, frozen

from ..shared.checks import between
from .sign_in_policy import SignInPolicy


@frozen(kw_only=True)
class IdentityPolicy:
    """Limits on what a person's profile holds; defaults from rules page identity.

    Attributes:
        display_name_max_characters: Greatest length of a display name.
        name_max_characters: Greatest length of a name or user name.
        report_max_characters: Greatest length of the reason of a report or a suspension.
        report_max_evidence: How many messages a report may name.
        specific_goals_max: How many goals a learner may name.
        specific_goal_max_characters: Greatest length of such a goal.
        sign_in: Limits on codes, login sessions and tokens.
    """

    display_name_max_characters: int = field(default=50, validator=between(1, 50))
    name_max_characters: int = field(default=200, validator=between(1, 200))
    report_max_characters: int = field(default=2000, validator=between(1, 2000))
    report_max_evidence: int = field(default=50, validator=between(0, 50))
    specific_goals_max: int = field(default=20, validator=between(0, 20))
    specific_goal_max_characters: int = field(default=200, validator=between(1, 200))
    sign_in: SignInPolicy = field(factory=SignInPolicy)
