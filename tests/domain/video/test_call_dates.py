"""On which dates a completed call counts, on the night that ends them."""

from datetime import date, timedelta

import attrs
import pytest

from domain.shared.calendar import CountingDay
from domain.video.call_commands import CallCommand, End, Settle, Sides, Whereabouts
from domain.video.calls import Call, Ended
from tests.domain.video.script import CALLEE, INITIATOR, START, in_, out, play, ringing, seconds

EAST, WEST = Whereabouts("Pacific/Kiritimati"), Whereabouts("Pacific/Honolulu")
MIDNIGHT = seconds(22 * 3600)
"""In both zones at once, a day apart."""
ANSWERED = MIDNIGHT - seconds(300)
WEST_BEFORE, WEST_AFTER, EAST_BEFORE, EAST_AFTER = (date(2026, 3, day) for day in (2, 3, 3, 4))
APART = Sides(WEST, EAST)


def played(*script: tuple[int, CallCommand], sides: Sides = APART) -> Call:
    both_in = [(ANSWERED, in_(INITIATOR)), (ANSWERED, in_(CALLEE))]
    return play([*both_in, *script], ringing(ANSWERED), sides=sides)


def both_leave(at: int) -> list[tuple[int, CallCommand]]:
    return [(at, out(INITIATOR)), (at, out(CALLEE))]


def dates(call: Call) -> tuple[date | None, date | None]:
    assert isinstance(call, Ended)
    return (call.counts_on_initiator, call.counts_on_callee)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [(MIDNIGHT - 1, (WEST_BEFORE, EAST_BEFORE)), (MIDNIGHT, (WEST_AFTER, EAST_AFTER))],
)
def test_a_completed_call_counts_on_each_ones_date_at_its_end(
    ends: int, expected: tuple[date, date]
) -> None:
    assert dates(played((ends, End()))) == expected


def test_a_call_left_before_midnight_counts_on_the_date_on_which_it_is_over() -> None:
    left = played(*both_leave(MIDNIGHT - seconds(30)), (2 * MIDNIGHT, Settle()))
    assert dates(left) == (WEST_AFTER, EAST_AFTER)


def test_a_call_ended_before_midnight_counts_before_it_though_time_would_have_ended_it_after() -> (
    None
):
    left = played(*both_leave(MIDNIGHT - seconds(30)), (MIDNIGHT - 1, End()))
    assert dates(left) == (WEST_BEFORE, EAST_BEFORE)


def test_a_call_that_is_not_completed_counts_on_no_date() -> None:
    assert dates(played((ANSWERED + seconds(59), End()))) == (None, None)
    assert dates(play([(MIDNIGHT, Settle())], sides=APART)) == (None, None)


def test_a_date_counted_before_holds_the_call_to_it() -> None:
    ahead = attrs.evolve(WEST, counting_day=CountingDay(date(2026, 3, 9), START))
    assert dates(played((MIDNIGHT, End()), sides=Sides(ahead, WEST))) == (
        date(2026, 3, 9),
        WEST_AFTER,
    )


@pytest.mark.parametrize("moved", [APART, Sides(EAST, WEST), Sides(EAST, EAST)])
@pytest.mark.parametrize("command", [Settle(), End(), End(person_id=CALLEE)])
def test_what_happens_after_a_call_is_over_does_not_change_its_dates(
    moved: Sides, command: CallCommand
) -> None:
    left = played(*both_leave(MIDNIGHT - seconds(90)))
    looked_at = play([(MIDNIGHT + seconds(9000), command)], left, sides=moved)
    assert dates(looked_at) == (WEST_BEFORE, EAST_BEFORE)


def test_each_report_fixes_the_dates_anew() -> None:
    left = played(*both_leave(MIDNIGHT - seconds(50)))
    back = play([(MIDNIGHT - seconds(1), in_(CALLEE))], left, sides=Sides(WEST, WEST))
    gone = play([(MIDNIGHT + seconds(1), out(CALLEE))], back, sides=Sides(EAST, WEST))
    assert dates(play([(2 * MIDNIGHT, Settle())], gone)) == (EAST_AFTER, WEST_AFTER)


def test_the_longest_call_counts_on_the_date_on_which_it_ends() -> None:
    call = played((3 * MIDNIGHT, Settle()))
    assert isinstance(call, Ended)
    assert call.ended_at == START + timedelta(microseconds=ANSWERED) + timedelta(hours=12)
    assert dates(call) == (WEST_AFTER, EAST_AFTER)
