"""What achievements keep besides their own values, in memory."""

from collections.abc import Mapping

from attrs import frozen

from domain.shared.ids import PersonId


@frozen
class TotalsRow:
    """What was counted of a person, and what their awards add up to."""

    person_id: PersonId
    counted: Mapping[str, int]
    points: int
    awards: int


@frozen
class PartnerRow:
    """A partner whom a person was counted to have met."""

    person_id: PersonId
    partner_id: PersonId
