"""A companion learns from a person's own words."""

from entrypoints.cli.story.chapter import Chapter, Sheet, Step, why_of
from entrypoints.cli.story.stage import Stage

_WORDS = (
    "I love honest people, who tell me what they think and never play games.",
    "I value honesty most of all.",
    "I snapped at my sister and lost my temper, I shout too much.",
    "I need kind people, kindness matters to me more than looks do.",
    "Please be more direct with me, just tell me what you see.",
    "Come to the point with me, I like it straight.",
)


def companions(stage: Stage) -> Chapter:
    """Play a talk, its end, and what is known after it."""
    room = stage.api.post(
        "/v1/conversations", kind="companion", person_id=stage.asha, persona="playful_flirty"
    )
    path = f"/v1/conversations/{room['id']}"
    replies = [stage.api.reply(f"{path}/replies", text=text) for text in _WORDS]
    ended = stage.api.post(f"{path}/sessions/end")
    stage.let_pass(seconds=1)
    session = stage.api.get(f"/v1/sessions/{ended['id']}")
    known = stage.of_asha("summary")
    persona = stage.of_asha("persona")
    lines = tuple(
        (line["kind"], line["value"], word["text"])
        for line in known["lines"]
        for word in line["evidence"][0]["words"][:1]
    )
    sliders = tuple(
        (name, value, persona["sliders"][name])
        for name, value in session["persona_snapshot"]["sliders"].items()
    )
    return Chapter(
        context="companions",
        title="A companion",
        steps=(
            Step("Asha says", _WORDS[0]),
            Step("The companion", replies[0]["text"]),
            Step(
                "The talk ends",
                f"after {ended['user_messages']} messages of hers: {session['growth']}, "
                f"confidence {known['summary']['confidence_score']} %.",
            ),
        ),
        sheets=(
            Sheet("What is known, by her own words", ("about", "is", "as she said"), lines),
            Sheet("The persona", ("slider", "in the talk", "next time"), sliders),
        ),
        decision="Does the talk say enough for a summary?",
        why=why_of(ended["reasons"]),
    )
