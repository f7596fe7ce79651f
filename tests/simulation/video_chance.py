"""What the people of the simulation do next with video messages and credits, by chance."""

from typing import TYPE_CHECKING

from tests.simulation.commands import NOBODY
from tests.simulation.video_commands import (
    AskCredits,
    AskVideoAllowance,
    BuyCredits,
    ChargeBack,
    CompleteVideo,
    FailVideo,
    GrantCredits,
    SendVideo,
    VideoCommand,
    WatchVideo,
)

if TYPE_CHECKING:
    from random import Random

    from tests.simulation.journal import Journal

_LATEST = 8


def pick(random: "Random", journal: "Journal", conversation: int, person: int) -> VideoCommand:
    """Pick a command of a person's in a conversation; sometimes one that makes no sense."""
    kinds = {_send: 10, _report: 8, _watch: 4, _credit: 4, _charge_back: 2, _ask: 3}
    kind = random.choices(list(kinds), list(kinds.values()))[0]
    return kind(random, journal, conversation, person)


def _send(random: "Random", journal: "Journal", conversation: int, person: int) -> VideoCommand:
    talks = [talk.participants for talk in journal.conversations if person in talk.participants]
    friends = [two if one == person else one for one, two in talks]
    others = random.sample(friends, random.randrange(min(4, len(friends)) + 1))
    if random.randrange(20) == 0:
        others.append(random.randrange(-1, len(journal.persons)))
    return SendVideo(conversation, person, tuple(others))


def _video(random: "Random", journal: "Journal", conversation: int) -> tuple[int, int]:
    """Pick one of the latest videos, with the conversation it is in."""
    videos = journal.video.videos
    if not videos or random.randrange(15) == 0:
        return conversation, random.randrange(-1, len(videos)) if videos else NOBODY
    number = random.randrange(max(0, len(videos) - _LATEST), len(videos))
    return videos[number].conversation, number


def _report(random: "Random", journal: "Journal", conversation: int, _: int) -> VideoCommand:
    talk, number = _video(random, journal, conversation)
    return FailVideo(talk, number) if random.randrange(2) else CompleteVideo(talk, number)


def _watch(random: "Random", journal: "Journal", conversation: int, person: int) -> VideoCommand:
    talk, number = _video(random, journal, conversation)
    if number != NOBODY and random.randrange(6):
        person = journal.video.videos[number].recipient
    return WatchVideo(talk, number, person)


def _credit(random: "Random", _: "Journal", __: int, person: int) -> VideoCommand:
    if random.randrange(2):
        return BuyCredits(person, random.choice((1, 2, 5)))
    return GrantCredits(person, random.choice((0, 1, 1, 2, 2, 1001)))


def _charge_back(random: "Random", journal: "Journal", _: int, person: int) -> VideoCommand:
    lots = journal.video.lots
    if not lots or random.randrange(10) == 0:
        return ChargeBack(person, random.randrange(-1, len(lots) + 1))
    paid = [video.credit.lot for video in journal.video.videos if video.credit is not None]
    # Often one from which something was sent that may still fail.
    number = random.choice([*paid[-_LATEST:], random.randrange(len(lots))])
    return ChargeBack(lots[number].person, number)


def _ask(random: "Random", _: "Journal", __: int, person: int) -> VideoCommand:
    if random.randrange(2):
        return AskCredits(person)
    return AskVideoAllowance(person, random.choice((1, 1, 2, 4, 20, 0, 21)))
