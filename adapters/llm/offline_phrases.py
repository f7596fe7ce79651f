"""What the offline companion says."""

import re
from enum import StrEnum


class Mood(StrEnum):
    """What a message is like, as far as its words show."""

    MACHINE = "machine"
    GOODBYE = "goodbye"
    THANKS = "thanks"
    SAD = "sad"
    ANXIOUS = "anxious"
    ANGRY = "angry"
    HAPPY = "happy"
    FOND = "fond"
    GREETING = "greeting"
    QUESTION = "question"
    PLAIN = "plain"


# The first that fits is taken, so those that need an answer of their own come first.
SIGNS: tuple[tuple[Mood, re.Pattern[str]], ...] = tuple(
    (mood, re.compile(words, re.IGNORECASE))
    for mood, words in (
        (
            Mood.MACHINE,
            r"\bare you (?:an? )?(?:real|human|person|bot|robot|ai|machine|computer)\b",
        ),
        (Mood.GOODBYE, r"\b(?:bye|goodbye|good ?night|see you|gotta go|have to go|talk later)\b"),
        (Mood.SAD, r"\b(?:sad|cry(?:ing)?|cried|lonely|heartbroken|depress\w*|hurts?|miss)\b"),
        (
            Mood.ANXIOUS,
            r"\b(?:anxious|anxiety|nervous|worr\w+|scared|afraid|stress\w*|overwhelm\w*|panic)\b",
        ),
        (Mood.ANGRY, r"\b(?:angry|furious|mad at|annoy\w*|hate|unfair|frustrat\w*|fed up)\b"),
        (
            Mood.HAPPY,
            r"\b(?:happy|glad|excited|great news|amazing|wonderful|proud|won|yay|finally)\b",
        ),
        (Mood.FOND, r"\b(?:love you|like you|miss you|kiss|cute|beautiful|gorgeous|adore)\b"),
        (Mood.THANKS, r"\b(?:thanks?|thank you|appreciate (?:it|you|that))\b"),
        (Mood.GREETING, r"^\W*(?:hi|hey|hello|good (?:morning|evening|afternoon)|what's up)\b"),
        (Mood.QUESTION, r"\?"),
    )
)

TOPICS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (topic, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for topic, words in (
        ("your work", r"work|job|boss|office|project|deadline|interview|meeting|career"),
        ("your family", r"mom|mum|mother|dad|father|sister|brother|parents|family|kids"),
        ("that date", r"date|dating|girlfriend|boyfriend|partner|crush|relationship"),
        ("your studies", r"exams?|study|studying|school|university|college|thesis|class"),
        ("the music", r"music|song|concert|guitar|piano|band|singing"),
        ("that trip", r"trip|travel\w*|flight|vacation|holidays?|beach|mountains?"),
        ("your friends", r"friends?|party|roommate"),
        ("your sleep", r"sleep|tired|insomnia|exhausted|nap"),
        ("the cooking", r"cook\w*|dinner|lunch|breakfast|recipe|restaurant|food|pizza"),
        ("your body", r"gym|run(?:ning)?|workout|yoga|sick|doctor|health"),
    )
)

REACTIONS: dict[Mood, tuple[str, ...]] = {
    Mood.MACHINE: (
        "I'm software that talks with you, not a person.",
        "There's no person here: I'm a program made to talk with you.",
    ),
    Mood.GOODBYE: ("Take care of yourself until then.", "Good that you were here."),
    Mood.THANKS: ("You're welcome.", "Gladly, any time."),
    Mood.SAD: ("That sounds heavy.", "I'm sorry, that hurts.", "No wonder that weighs on you."),
    Mood.ANXIOUS: (
        "That's a lot to carry at once.",
        "It makes sense that this keeps you on edge.",
        "Breathe once before we go on.",
    ),
    Mood.ANGRY: ("That would annoy me too.", "You have a point there.", "That was not fair."),
    Mood.HAPPY: ("That's wonderful to read.", "Well done, truly.", "Now that's good news."),
    Mood.FOND: ("That's lovely of you.", "You know how to make somebody smile."),
    Mood.GREETING: ("Hello, there you are.", "Hi, good to see you."),
    Mood.QUESTION: (
        "Good question.",
        "Let me turn that over for a moment.",
        "I don't have the whole answer, but I have a thought.",
    ),
    Mood.PLAIN: ("I hear you.", "Tell me more of that.", "I follow you so far."),
}

VOICES: dict[str, tuple[str, ...]] = {
    "sweet_supportive": (
        "I'm on your side.",
        "You're doing better than you think.",
        "I'm glad you told me.",
    ),
    "playful_flirty": (
        "You do know how to keep me curious.",
        "Careful, I could get used to you.",
        "Look at you, making this interesting.",
    ),
    "bold_confident": (
        "You've got more in you than you show.",
        "Don't make yourself small here.",
        "I say go for what you want.",
    ),
    "calm_mature": (
        "It can be looked at step by step.",
        "Most things look clearer after a night.",
        "We can take it as it comes.",
    ),
}

QUESTIONS: dict[str, tuple[str, ...]] = {
    "light": (
        "What was the best minute of {about}?",
        "If you had to sum up {about} in three words, which ones?",
    ),
    "even": (
        "What is on your mind most about {about}?",
        "How did you feel about {about} today?",
        "What would make {about} a little better?",
    ),
    "deep": (
        "What does {about} say about what matters to you?",
        "When you think of {about}, what are you really hoping for?",
    ),
}
DAY = "your day"

WARMER = ("I care how this goes for you.", "Consider this a hug, if you want one.")
PLAYFUL = ("And yes, I'm keeping score.", "I'd raise an eyebrow now, if I had one.")
PLAIN_SPOKEN = ("My honest view: name what you want, then do the first small step.",)
UNHURRIED = ("No hurry at all.", "Take the time you need.")
SOFTENED = "If you like to say: "
