"""The story, chapter by chapter."""

from collections.abc import Callable

from entrypoints.cli.story.chapter import Chapter
from entrypoints.cli.story.companions import companions
from entrypoints.cli.story.money import billing, usage
from entrypoints.cli.story.people import conversations, identity
from entrypoints.cli.story.referrals import referrals
from entrypoints.cli.story.stage import Stage
from entrypoints.cli.story.streaks import achievements, streaks
from entrypoints.cli.story.video import reward, video_messages
from entrypoints.cli.story.weeks import weeks

CHAPTERS: tuple[Callable[[Stage], Chapter], ...] = (
    identity,
    conversations,
    reward,
    video_messages,
    billing,
    usage,
    companions,
    referrals,
    streaks,
    achievements,
    weeks,
)
"""In this order: each goes on where the one before it ended."""


def play(stage: Stage) -> tuple[Chapter, ...]:
    """Play the story."""
    return tuple(chapter(stage) for chapter in CHAPTERS)
