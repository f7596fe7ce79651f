"""Which prompt comes next, if any, and why: a pure function of the past, state, now and policy."""

from datetime import date, datetime

from attrs import frozen

from ..shared.decisions import Reason, Verdict, refusals, verdicts
from ..shared.ids import PersonId, PromptId
from .policy import VideoPolicy
from .prompt_events import PromptShown, PromptType
from .prompt_pace import Pace, Showing, newest_first, pace, showings
from .prompt_rules import Candidate, PromptState, candidates
from .prompts import Prompt


@frozen(kw_only=True)
class HeldBack:
    """A type of prompt that does not come now.

    Attributes:
        prompt_type: Which.
        reasons: One for each rule that holds it back.
        may_come_at: When time alone would let it come, if that is all it takes.
    """

    prompt_type: PromptType
    reasons: tuple[Reason, ...]
    may_come_at: datetime | None


@frozen(kw_only=True)
class PromptDecision:
    """The decision on the next prompt.

    Attributes:
        chosen: What is to be shown, if anything.
        reasons: Why it comes; where none does, what the rules for all prompts say.
        held_back: The others, by priority.
        day: The person's counting date, for which a showing counts.
        verdicts: What each rule said, once.
        policy_version: The version of the policy.
    """

    chosen: Candidate | None
    reasons: tuple[Reason, ...]
    held_back: tuple[HeldBack, ...]
    day: date
    verdicts: tuple[Verdict, ...]
    policy_version: str

    def showing(self, person_id: PersonId, prompt_id: PromptId, at: datetime) -> PromptShown | None:
        """Give what tells of the showing, if something is shown."""
        if self.chosen is None:
            return None
        return PromptShown(
            at=at,
            person_id=person_id,
            policy_version=self.policy_version,
            prompt_id=prompt_id,
            conversation_id=self.chosen.conversation_id,
            prompt_type=self.chosen.prompt_type,
            threshold=self.chosen.threshold,
            lapses_on=self.chosen.lapses_on,
            shown_on=self.day,
        )


def next_prompt(
    past: tuple[Prompt, ...],
    state: PromptState,
    policy: VideoPolicy,
    policy_version: str,
    now: datetime,
) -> PromptDecision:
    """Decide on the next prompt: the first by priority that all rules allow; losers are dropped.

    Args:
        past: The person's prompts; of those, at least all that matter.
        state: What prompts look at besides.
        policy: The numbers.
        policy_version: Their version.
        now: The instant.
    """
    past = newest_first(past)
    before = showings(past)
    open_to = candidates(past, state, policy, now)
    general = (state.activity, _no_call(in_call=state.in_call))
    held_to = pace(before, state.day, state.timezone, policy.prompts, now)
    fit = [one for one in open_to if not refusals((*general, *_paced(one, held_to), *one.reasons))]
    chosen = fit[0] if fit else None
    after = held_to
    if chosen is not None:
        shown = (Showing(now, state.day), *before)
        after = pace(shown, state.day, state.timezone, policy.prompts, now)
    everything = (*general, held_to.spacing, *held_to.caps)
    return PromptDecision(
        chosen=chosen,
        reasons=(
            everything if chosen is None else (*general, *_paced(chosen, held_to), *chosen.reasons)
        ),
        held_back=tuple(
            _held_back(one, (*general, *_paced(one, after), *one.reasons, *_outdone(one, fit, now)))
            for one in open_to
            if one is not chosen
        ),
        day=state.day,
        verdicts=_each_once((*everything, *(r for one in open_to for r in one.reasons))),
        policy_version=policy_version,
    )


def _no_call(*, in_call: bool) -> Reason:
    return Reason(
        rule="no_call_goes_on",
        satisfied=not in_call,
        detail="A call rings or goes on." if in_call else "No call rings or goes on.",
        changed_by=("end_call",) if in_call else (),
    )


def _paced(candidate: Candidate, held_to: Pace) -> tuple[Reason, ...]:
    if candidate.is_exempt_from_caps:
        return (held_to.spacing,)
    return (held_to.spacing, *held_to.caps)


def _outdone(candidate: Candidate, fit: list[Candidate], now: datetime) -> tuple[Reason, ...]:
    if candidate not in fit:
        return ()
    first = fit[0].prompt_type.value
    return (
        Reason(
            rule="highest_priority",
            satisfied=False,
            detail=f"The {first} goes first, and this one is dropped.",
            changes_at=now,
        ),
    )


def _held_back(candidate: Candidate, reasons: tuple[Reason, ...]) -> HeldBack:
    refused = refusals(reasons)
    times = [reason.changes_at for reason in refused if reason.changes_at is not None]
    return HeldBack(
        prompt_type=candidate.prompt_type,
        reasons=refused,
        may_come_at=max(times) if len(times) == len(refused) else None,
    )


def _each_once(reasons: tuple[Reason, ...]) -> tuple[Verdict, ...]:
    return tuple(dict(verdicts(reasons)).items())
