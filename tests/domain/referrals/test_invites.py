"""How many invites may be open, and what an app may note of one."""

import pytest

from domain.referrals.invites import MAX_NOTES, TooManyInvitesError, checked_notes, require_room
from domain.referrals.policy import ReferralPolicy
from domain.shared.errors import InvalidValueError

POLICY = ReferralPolicy(open_invites_per_person=2)


def test_there_is_room_up_to_the_limit_and_no_further() -> None:
    require_room(1, POLICY)
    with pytest.raises(TooManyInvitesError) as full:
        require_room(2, POLICY)
    assert full.value.detail.startswith("2 invites are open")


def test_notes_are_kept_in_normal_form() -> None:
    assert checked_notes({" campaign ": "spring\u0065\u0301"}) == {"campaign": "spring\u00e9"}


@pytest.mark.parametrize(
    "metadata",
    [
        {str(number): "a" for number in range(MAX_NOTES + 1)},
        {"n" * 51: "a"},
        {"n": "a" * 201},
        {"n": " "},
    ],
)
def test_too_much_is_refused(metadata: dict[str, str]) -> None:
    with pytest.raises(InvalidValueError) as refused:
        checked_notes(metadata)
    assert refused.value.field == "metadata"
