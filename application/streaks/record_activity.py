"""Take in that a person opened the app."""

from collections.abc import Callable
from datetime import datetime
from functools import reduce

from attrs import evolve as changed
from attrs import frozen

from application.shared.clock import Clock
from application.shared.idempotency import Answer, Attempt, Once, replay, to_keep
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.reactions import Drain
from application.shared.rulebook import Rulebook
from application.shared.standing import required
from application.shared.transaction import ConcurrentUpdateError, Transactions
from application.streaks.ports import ActivityView, StreakChange, Streaks
from domain.shared.calendar import counted
from domain.shared.ids import PersonId
from domain.shared.standing import require_not_deleted
from domain.streaks.commands import Count, decide
from domain.streaks.events import StreakKind
from domain.streaks.standing import StreakStanding, standing
from domain.streaks.streaks import evolve

_TRIES_WITHOUT_LOCK = 3


@frozen(kw_only=True)
class ActivityRequest:
    """A person opened the app.

    Attributes:
        person_id: Who.
        attempt: The request, if repeats of it are to get the same answer.
        render: Makes that answer of the result; needed with `attempt`.
    """

    person_id: PersonId
    attempt: Attempt | None = None
    render: Callable[["Activity"], Answer] | None = None


@frozen(kw_only=True)
class Activity:
    """What came of it.

    Attributes:
        credited: It counts for a date that did not count yet.
        standing: The login streak after it.
        answer: What the request was answered with, where that was kept.
    """

    credited: bool
    standing: StreakStanding
    answer: Answer | None = None


@frozen
class RecordActivity:
    """Credits the login streak, in one look and one guarded write."""

    transactions: Transactions
    streaks: Streaks
    drain: Drain
    once: Once
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, request: ActivityRequest) -> Activity | Answer:
        """Take it in; give what came of it, or the answer kept from the same request before.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
            IdempotencyKeyReusedError: The key was used with another request.
        """
        for _ in range(_TRIES_WITHOUT_LOCK):
            done = await self._try(request)
            if done is not None:
                return done
        return await self.transactions.run(lambda: self._alone(request))

    async def _alone(self, request: ActivityRequest) -> Activity | Answer:
        await self.streaks.owner(request.person_id, lock=True)
        done = await self._try(request)
        if done is None:
            raise ConcurrentUpdateError
        return done

    async def _try(self, request: ActivityRequest) -> Activity | Answer | None:
        now = await self.clock.now()
        view = await self._look(request, now)
        if view.waiting:
            await self.drain(request.person_id)
            view = await self._look(request, now)
        if request.attempt is not None and view.kept_answer is not None:
            return replay(request.attempt, view.kept_answer)
        require_not_deleted(deleted=view.owner.deleted)
        policy, version = self.rulebook.policies.streaks, self.rulebook.version
        timezone = view.owner.timezone
        day = counted(now, timezone, view.owner.counting_day)
        events = decide(view.streak, Count(on=day.date, timezone=timezone), policy, version, now)
        after = reduce(evolve, events, view.streak)
        done = Activity(
            credited=bool(events),
            standing=standing(after, day.date, timezone, policy, version, now),
        )
        if not events:
            return await self._unchanged(request, done)
        answer = _answer(request, done)
        kept = None
        if request.attempt is not None and answer is not None:
            kept = to_keep(request.attempt, answer, now)
        change = StreakChange(
            owner=view.owner,
            before=view.streak,
            events=outgoing(self.new_id, events),
            day=day,
            attempt=None if kept is None else request.attempt,
            answer=kept,
        )
        if not await self.streaks.store(change):
            return None
        return changed(done, answer=answer)

    async def _look(self, request: ActivityRequest, now: datetime) -> ActivityView:
        view = await self.streaks.look(request.person_id, StreakKind.LOGIN, now, request.attempt)
        return required(view, request.person_id)

    async def _unchanged(self, request: ActivityRequest, done: Activity) -> Activity | Answer:
        attempt, render = request.attempt, request.render
        if attempt is None or render is None:
            return done

        async def answer() -> Answer:
            return render(done)

        return await self.once(attempt, answer)


def _answer(request: ActivityRequest, done: Activity) -> Answer | None:
    if request.attempt is None or request.render is None:
        return None
    return request.render(done)
