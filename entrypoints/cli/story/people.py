"""Two persons meet, and a video call changes what they may send: identity and conversations."""

from typing import Any

from entrypoints.cli.story.chapter import Chapter, Sheet, Step, Why, why_of
from entrypoints.cli.story.stage import Stage, instant

_MESSAGES = (
    "Hello, Lena!",
    "How was the concert?",
    "I heard they played for three hours.",
    "Did you stay to the end?",
    "I would have loved to come.",
    "Next time, perhaps?",
    "My sister is learning the violin.",
    "She practises at night.",
    "We may have to move.",
    "Shall we talk tomorrow?",
)
_ONE_TOO_MANY = "One more thing..."


def identity(stage: Stage) -> Chapter:
    """Play what each may see of the other."""
    persons = [stage.api.get(f"/v1/persons/{one}") for one in (stage.asha, stage.lena)]
    rows = tuple(
        (one["name"], one["timezone"], one["locale"], one["tier"], instant(one["registered_at"]))
        for one in persons
    )
    with stage.api.as_person(stage.token) as hers:
        me = hers.get("/v1/me")
        hidden = hers.not_found(f"/v1/persons/{stage.lena}")
    return Chapter(
        context="identity",
        title="Two persons",
        steps=(
            Step("Asha signs in", f"by a token of her own, and is {me['name']}, {me['status']}."),
            Step("She asks for Lena's data", f"{hidden['status']} {hidden['code']}"),
        ),
        sheets=(Sheet("Who they are", ("name", "zone", "locale", "tier", "registered"), rows),),
        decision="May Asha read what is Lena's?",
        why=(Why(hidden["code"], satisfied=False, detail=hidden["detail"]),),
    )


def conversations(stage: Stage) -> Chapter:
    """Play ten messages, the refusal of one more, and the call that unlocks it."""
    path = f"{stage.in_room(stage.lena)}/messages"
    for text in _MESSAGES:
        stage.api.post(path, sender_id=stage.asha, text=text)
    full = _both(stage)
    refusal = stage.api.refused(path, sender_id=stage.asha, text=_ONE_TOO_MANY)
    call = stage.call(stage.lena)
    stored = stage.api.post(path, sender_id=stage.asha, text=_ONE_TOO_MANY)
    after = stored["allowance"]
    columns = ("who", "counts on", "sent", "limit", "left", "count resets")
    return Chapter(
        context="conversations",
        title="Ten messages, and a call",
        steps=(
            Step("Asha writes", f"{full[0]['sent']} messages are stored."),
            Step("One more", f"{refusal['status']} {refusal['code']}: {refusal['detail']}"),
            Step(
                "They talk",
                f"video call {call['outcome']}, {call['overlap_seconds']} s together.",
            ),
            Step(
                "The same message again",
                f"stored as number {stored['message']['daily_number']}. Asha's limit is "
                f"{after['limit']} = {after['base']} + {after['bonus']}; "
                f"{after['remaining']} are left.",
            ),
        ),
        sheets=(
            Sheet("Before the call", columns, _rows(full)),
            Sheet("After it", columns, _rows(_both(stage))),
        ),
        decision="May Asha send one more, before the call?",
        why=why_of(refusal["reasons"]),
    )


def _both(stage: Stage) -> tuple[dict[str, Any], dict[str, Any]]:
    return stage.allowance(stage.lena, stage.asha), stage.allowance(stage.lena, stage.lena)


def _rows(both: tuple[dict[str, Any], dict[str, Any]]) -> tuple[tuple[str | int, ...], ...]:
    return tuple(
        (
            name,
            one["counting_on"],
            one["sent"],
            one["limit"],
            one["remaining"],
            instant(one["resets_at"]),
        )
        for name, one in zip(("Asha", "Lena"), both, strict=True)
    )
