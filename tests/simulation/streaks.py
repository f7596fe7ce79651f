"""What must hold of the streaks that came of a simulation's messages and calls."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date

from domain.conversations.events import MessageSent
from domain.identity.events import PersonErased
from domain.shared.ids import PersonId
from domain.streaks.events import StreakCredited, StreakKind
from domain.video.events import VideoCallCounted
from tests.simulation.kithkin import Simulated


async def broken(kithkin: Simulated) -> AsyncIterator[str]:
    """Give a line for everything that does not hold."""
    talked: dict[PersonId, list[date]] = defaultdict(list)
    erased: set[PersonId] = set()
    for outgoing in await kithkin.outbox():
        match outgoing.event:
            case MessageSent() | VideoCallCounted() as event:
                talked[event.person_id].append(event.counted_on)
            case PersonErased() as event:
                erased.add(event.person_id)
            case _:
                pass
    drain = kithkin.kithkin.streaks.drain()
    for person_id in talked:
        await drain(person_id)
    credited: dict[PersonId, list[StreakCredited]] = defaultdict(list)
    for outgoing in await kithkin.outbox():
        if isinstance(outgoing.event, StreakCredited):
            credited[outgoing.event.person_id].append(outgoing.event)
    for person_id, dates in talked.items():
        chat = [one for one in credited[person_id] if one.kind is StreakKind.CHAT]
        for line in _broken_credits(chat, dates, erased=person_id in erased):
            yield f"{person_id}: {line}"
        streak = (await kithkin.kithkin.ports.streaks().of(person_id))[StreakKind.CHAT]
        if person_id not in erased and streak.credits != len(chat):
            yield f"{person_id}: {streak.credits} credits are kept, and {len(chat)} were told"


def _broken_credits(chat: list[StreakCredited], talked: list[date], *, erased: bool) -> list[str]:
    days = [one.counted_on for one in chat]
    lines = []
    if days != sorted(set(days)):
        lines.append(f"dates are credited out of order or twice: {days}")
    if set(days) - set(talked):
        lines.append(f"{set(days) - set(talked)} were credited for nothing")
    if not erased and max(days, default=date.min) != max(talked):
        lines.append(f"the last credit is {days[-1:]}, not {max(talked)}")
    if any(not one.longest >= one.current >= 1 for one in chat):
        lines.append("a streak is longer than its longest")
    return lines
