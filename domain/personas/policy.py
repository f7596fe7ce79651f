"""The numbers of companions that a business may tune; defaults from rules page personas."""

from attrs import field, frozen

from ..shared.checks import between

_ONE_DAY_SECONDS = 86_400


@frozen(kw_only=True)
class PersonaPolicy:
    """When sessions end, what makes a summary, and how fast it grows.

    Attributes:
        idle_seconds: Without a message for so long a chat session is over.
        least_user_messages: A chat with fewer messages of the person gives no summary.
        least_user_characters: Nor does one in which they wrote less.
        least_call_seconds: A call that is shorter gives no summary.
        decay_percent: What a later session leaves of each trait's tally.
        newcomer_percent: By how much a newcomer must beat the third of a list.
        least_support: What a single-valued field or a slider needs to change.
        slider_moves: How many sliders a session moves at most, each by one.
        least_gain: Confidence that a counted session gives at least, in hundredths of a percent.
        quality_gain: What a session of the best quality gives besides.
        full_messages: From so many messages on there is no better quality by their number.
        counted_per_day: How many sessions of a local day raise the confidence.
        observations_per_session: How many are kept of a session, those best supported.
        evidence_per_observation: How many messages are kept as evidence of each.
        summary_tries: How often a model that is away is asked before a session counts as no growth.
        reply_seconds: How long a reply may take; after that its message counts as unanswered.
        transcript_messages: How many of the latest messages a model is shown for a reply.
    """

    idle_seconds: int = field(default=1800, validator=between(60, _ONE_DAY_SECONDS))
    least_user_messages: int = field(default=6, validator=between(1, 1000))
    least_user_characters: int = field(default=200, validator=between(1, 100_000))
    least_call_seconds: int = field(default=60, validator=between(1, _ONE_DAY_SECONDS))
    decay_percent: int = field(default=85, validator=between(0, 99))
    newcomer_percent: int = field(default=10, validator=between(0, 100))
    least_support: int = field(default=60, validator=between(0, 100))
    slider_moves: int = field(default=2, validator=between(0, 5))
    least_gain: int = field(default=500, validator=between(0, 5000))
    quality_gain: int = field(default=500, validator=between(0, 5000))
    full_messages: int = field(default=30, validator=between(1, 1000))
    counted_per_day: int = field(default=3, validator=between(0, 100))
    observations_per_session: int = field(default=20, validator=between(1, 100))
    evidence_per_observation: int = field(default=10, validator=between(1, 50))
    summary_tries: int = field(default=10, validator=between(1, 20))
    reply_seconds: int = field(default=120, validator=between(10, 600))
    transcript_messages: int = field(default=40, validator=between(2, 200))
