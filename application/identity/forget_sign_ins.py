"""Delete what signing in left behind, once nothing rests on it any more."""

from datetime import datetime, timedelta

from attrs import frozen

from application.identity.ports import LoginSessions, PastSignIns
from application.shared.batches import in_batches
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.jobs import StoredJob
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.identity.code_limits import longest_window
from domain.identity.sessions import ended

KEPT_LONGER = timedelta(hours=1)
"""After its end a row is kept so long: the clocks of two machines are never quite the same."""

_AT_ONCE = 500
_SESSIONS_AT_ONCE = 100  # each tells of its end by an event


@frozen
class ForgetSignIns:
    """Deletes codes, counts of codes, attempts with Google and login sessions that are over."""

    transactions: Transactions
    past: PastSignIns
    sessions: LoginSessions
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, _: StoredJob | None = None) -> None:
        """Delete all of them; each batch is a transaction of its own. A job may do it too."""
        before = await self.clock.now() - KEPT_LONGER
        counted_before = before - longest_window(self.rulebook.policies.identity.sign_in)
        await in_batches(_AT_ONCE, lambda most: self.past.forget_codes(before, most))
        await in_batches(_AT_ONCE, lambda most: self.past.forget_tallies(counted_before, most))
        await in_batches(_AT_ONCE, lambda most: self.past.forget_google_attempts(before, most))
        await in_batches(_SESSIONS_AT_ONCE, lambda most: self._forget_sessions(before, most))

    async def _forget_sessions(self, before: datetime, most: int) -> int:
        async def work() -> int:
            over = await self.past.lock_sessions(before, most)
            now, version = await self.clock.now(), self.rulebook.version
            events = (ended(session, version, now) for session in over)
            ids = [session.id for session in over]
            await self.sessions.remove(ids, outgoing(self.new_id, events))
            return len(over)

        return await self.transactions.run(work)
