"""What of their events persons are not told, as it would tell them of others."""

UNTOLD_EVENTS = ("person_reported",)
"""Types of events that would tell a person what another did about them in confidence."""

UNTOLD_FIELDS = ("counts_on", "score", "signs", "why", "reviewed_by")
"""Fields of events that hold what is another's: the other participant's date beside the person's
own, and what was found of those whom the person referred."""
