"""What must hold of the achievements that came of a simulation, counted anew from its events."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime

from attrs import define, field

from adapters.achievement_catalogue import default_catalogue
from domain.achievements.awards import Award
from domain.achievements.definitions import Achievement
from domain.achievements.events import AchievementEarned
from domain.achievements.requirements import AllOf, AnyOf, AtLeast, Requirement
from domain.conversations.events import MessageSent
from domain.identity.events import PersonErased, PersonRegistered
from domain.shared.events import Event
from domain.shared.ids import PersonId
from domain.streaks.events import StreakCredited
from domain.video.events import VideoCallCounted
from tests.simulation.kithkin import Simulated


@define
class Counted:
    """What a person did, by the events alone."""

    registered_at: datetime
    totals: Counter[str] = field(factory=Counter)
    partners: set[PersonId] = field(factory=set)
    told: list[AchievementEarned] = field(factory=list)
    erased: bool = False

    def take(self, event: Event) -> None:
        match event:
            case MessageSent():
                self.totals["messages_sent"] += 1
                self.partners.add(event.recipient_id)
            case VideoCallCounted():
                self.totals["completed_calls"] += 1
                self.partners.add(event.partner_id)
            case StreakCredited():
                name = f"{event.kind}_streak.longest"
                self.totals[name] = max(self.totals[name], event.longest)
            case AchievementEarned():
                self.told.append(event)
            case PersonErased():
                self.erased = True
            case _:
                pass

    def value(self, metric: str, now: datetime) -> int:
        if metric == "days_since_registration":
            return (now - self.registered_at).days
        return len(self.partners) if metric == "distinct_partners" else self.totals[metric]

    def meets(self, requirement: Requirement, now: datetime) -> bool:
        match requirement:
            case AtLeast(metric, number):
                return self.value(metric, now) >= number
            case AllOf(parts):
                return all(self.meets(part, now) for part in parts)
            case AnyOf(parts):
                return any(self.meets(part, now) for part in parts)


async def broken(kithkin: Simulated) -> AsyncIterator[str]:
    """Give a line for everything that does not hold."""
    parts, now = kithkin.kithkin.achievements, await kithkin.kithkin.clock.now()
    catalogue = default_catalogue(kithkin.kithkin.ports.new_id(), now)
    await parts.publish_catalogue()(catalogue)
    persons: dict[PersonId, Counted] = {}
    for outgoing in await kithkin.outbox():
        event = outgoing.event
        if isinstance(event, PersonRegistered):
            persons[event.person_id] = Counted(event.at)
        elif isinstance(event, PersonErased):
            persons[event.person_id].erased = True
    for person_id, counted in persons.items():
        if not counted.erased:
            # What time has met, at least; the rest is met by what is pending.
            await parts.queries().of(person_id, None)
    for outgoing in await kithkin.outbox():
        persons[outgoing.event.person_id].take(outgoing.event)
    for person_id, counted in persons.items():
        awards = await kithkin.kithkin.ports.awards().of(person_id)
        for line in _broken_awards(counted, awards, catalogue, now):
            yield f"{person_id}: {line}"
        achiever = await kithkin.kithkin.ports.achievers().look(person_id)
        if achiever is None or achiever.points != sum(award.points for award in awards):
            yield f"{person_id}: their points are not those of their awards"


def _broken_awards(
    counted: Counted,
    awards: tuple[Award, ...],
    catalogue: tuple[Achievement, ...],
    now: datetime,
) -> list[str]:
    lines = []
    held = Counter(award.key for award in awards)
    if counted.erased:
        return [f"awards of the erased are kept: {dict(held)}"] if held else []
    expected = {one.key for one in catalogue if counted.meets(one.requirements, now)}
    if set(held) != expected or max(held.values(), default=1) > 1:
        lines.append(f"awarded {dict(held)}, not {sorted(expected)}")
    if Counter(event.key for event in counted.told) != held:
        lines.append(f"told of {[event.key for event in counted.told]}, not of {dict(held)}")
    sums = [event.points_total for event in counted.told]
    if sums != sorted(sums) or sums[-1:] != [sum(award.points for award in awards)][: len(sums)]:
        lines.append(f"points were told to add up to {sums}")
    unmet = [
        award.key
        for award in awards
        if any(one.current > counted.value(one.metric, now) for one in award.inputs)
    ]
    if unmet:
        lines.append(f"{unmet} were awarded by more than was counted")
    return lines
