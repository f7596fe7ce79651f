"""The numbers of smart prompts that a business may tune; defaults from rules page video."""

from attrs import field, frozen

from ..shared.checks import between

_ONE_DAY_SECONDS = 86_400
_MOST_PROMPTS = 100


@frozen(kw_only=True)
class PromptPolicy:
    """What a person is prompted about, and how often.

    Attributes:
        few_messages_left: With so many messages left, or fewer, a person is warned.
        scheduling_days: A call is proposed so many dates after the last completed one.
        scheduling_messages: It takes so many messages of the two since then, too.
        scheduling_days_before_decay: It is proposed so many dates before a decay step, too.
        scheduling_cool_down_seconds: Least time from one proposal to the next in a conversation.
        scheduling_per_day: Most proposals on a date, all conversations together.
        long_message_characters: Least length of a draft that is long.
        long_message_cool_down_seconds: Least time from one such prompt to the next in a
            conversation.
        longest_cool_down_seconds: What dismissals double a cool-down up to.
        spacing_seconds: Least time from one prompt to the next.
        per_day: Most prompts on a date.
        per_week: Most prompts within seven times 24 hours.
    """

    few_messages_left: int = field(default=3, validator=between(1, 1000))
    scheduling_days: int = field(default=3, validator=between(0, 365))
    scheduling_messages: int = field(default=20, validator=between(1, 1000))
    scheduling_days_before_decay: int = field(default=2, validator=between(0, 365))
    scheduling_cool_down_seconds: int = field(
        default=3 * _ONE_DAY_SECONDS, validator=between(1, 365 * _ONE_DAY_SECONDS)
    )
    scheduling_per_day: int = field(default=1, validator=between(0, _MOST_PROMPTS))
    long_message_characters: int = field(default=280, validator=between(1, 100_000))
    long_message_cool_down_seconds: int = field(
        default=_ONE_DAY_SECONDS, validator=between(1, 365 * _ONE_DAY_SECONDS)
    )
    longest_cool_down_seconds: int = field(
        default=30 * _ONE_DAY_SECONDS, validator=between(1, 365 * _ONE_DAY_SECONDS)
    )
    spacing_seconds: int = field(default=30, validator=between(0, _ONE_DAY_SECONDS))
    per_day: int = field(default=4, validator=between(0, _MOST_PROMPTS))
    per_week: int = field(default=10, validator=between(0, _MOST_PROMPTS))
