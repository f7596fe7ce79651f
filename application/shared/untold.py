"""What of their events persons are not told, as it would tell them of others."""

UNTOLD_EVENTS = ("person_reported",)
"""Types of events that would tell a person what another did about them in confidence."""

UNTOLD_FIELDS = ("counts_on",)
"""Fields of events that hold the other participant's date beside the person's own."""
