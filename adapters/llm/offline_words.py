"""The words by which the offline model reads what a person says; English only."""

import re
from re import Pattern

from attrs import frozen


@frozen
class Cue:
    """Something that can be observed, and the words that show it.

    Attributes:
        text: The observation where any text will do.
        words: What shows it.
        names: What is in the name of the same thing, where there is a closed list.
    """

    text: str
    words: Pattern[str]
    names: Pattern[str] | None = None


def _cue(text: str, words: str, names: str | None = None) -> Cue:
    return Cue(
        text,
        re.compile(rf"\b(?:{words})\b", re.IGNORECASE),
        None if names is None else re.compile(names, re.IGNORECASE),
    )


OTHERS = re.compile(
    r"\b(?:who|he|she|they|people|somebody|someone|anybody|anyone|men|women|partner|ex)\b",
    re.IGNORECASE,
)
MYSELF = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|im|me|my|myself)\b", re.IGNORECASE)
VALUED = re.compile(
    r"\b(?:lov(?:e|es|ed)|likes?|values?|needs?|wants?|means (?:a lot|the world)"
    r"|appreciate|admire|respect|miss|trust|attracts?|attractive"
    r"|matters?|important|look(?:ing)? for|drawn to|fall for|my type|partner|boyfriend|girlfriend"
    r"|husband|wife)\b",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\b(?:not|never|no|without|don't|dont|doesn't|didn't|isn't|aren't|wasn't|won't|can't|hardly"
    r"|hates?|dislike|tired of|sick of)\b[^,;:]{0,30}$",
    re.IGNORECASE,
)
COMING = re.compile(
    r"\b(?:tomorrow|tonight|soon|next (?:week|month|year|time)|this week(?:end)?|coming up"
    r"|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|going to|about to|plan(?:ning)? to)\b",
    re.IGNORECASE,
)

# Traits by the adjective of who has them, as it is read in "Somebody honest and kind".
TRAITS = {
    "honest": _cue("Honesty", r"honest\w*|truth\w*|sincer\w*|hate (?:lies|lying|liars)"),
    "funny": _cue("Humor", r"funny|humou?r|makes? me laugh|laugh together|witty|jokes?"),
    "kind": _cue("Kindness", r"kind(?:ness|hearted)?|gentle(?:ness)?|caring|compassion\w*"),
    "loyal": _cue("Loyalty", r"loyal\w*|faithful\w*|committed|commitment|stays? by my side"),
    "patient": _cue("Patience", r"patien(?:t|ce)|takes? (?:his|her|their|your) time with me"),
    "curious": _cue("Curiosity", r"curious|curiosity|asks? (?:good )?questions|open[- ]minded"),
    "ambitious": _cue("Ambition", r"ambiti\w+|driven|hard[- ]?working|goals|motivated"),
    "reliable": _cue(
        "Reliability",
        r"reliab\w+|dependab\w+|count on|keeps? (?:his|her|their|your) (?:word|prom\w+)",
    ),
    "adventurous": _cue("Sense of adventure", r"adventur\w+|spontane\w+|try(?:ing)? new things"),
    "attentive": _cue("Listening", r"listens?|listening|listener|remembers? what i|attentive"),
    "calm": _cue("Calm", r"calm(?:ness)?|grounded|peaceful|easy[- ]?going|relaxed"),
    "independent": _cue("Independence", r"independen\w+|(?:own|personal|my) space|own life"),
    "confident": _cue(
        "Self-assurance", r"confiden(?:t|ce)|self[- ]?assured|knows what (?:he|she) wants"
    ),
    "intelligent": _cue("A sharp mind", r"smart|intelligen\w+|clever|well[- ]read|thoughtful"),
    "affectionate": _cue("Affection", r"affection\w*|romantic|tender(?:ness)?|loving"),
}

WORK_ON = (
    _cue("Trusting without needing proof", r"jealous\w*|insecure|trust issues|check\w* \w+ phone"),
    _cue(
        "Letting thoughts settle before they spiral",
        r"overthink\w*|over-think\w*|spiral\w*|worr(?:y|ied|ying) (?:too much|all the time"
        r"|about everything)",
    ),
    _cue(
        "Saying it before it builds up",
        r"bottle \w+ up|keep \w+ (?:all )?inside|avoid\w* (?:conflict|talking"
        r"|confrontation)|shut down|silent treatment",
    ),
    _cue(
        "Staying calm when things get heated",
        r"(?:lose|lost) my temper|snapp?(?:ed)? at|yell\w*|shout\w*|get (?:so )?angry",
    ),
    _cue(
        "Listening before answering",
        r"interrupt\w*|talk\w* over|(?:don't|didn't|never) (?:really )?listen",
    ),
    _cue(
        "Making time for what matters",
        r"too busy|always (?:busy|working|at work)|workaholic|no time|cancell?ed on",
    ),
    _cue(
        "Being kinder to myself",
        r"not good enough|hate myself|my (?:own )?fault|i'm (?:so )?(?:stupid|a failure"
        r"|worthless|ugly)|hard on myself",
    ),
    _cue(
        "Opening up sooner",
        r"shy|hard (?:for me )?to open up|(?:afraid|scared) to (?:open|ask|say|tell|talk)"
        r"|closed off|walls up",
    ),
    _cue(
        "Starting before it feels perfect",
        r"procrastinat\w*|putt?(?:ing)? (?:it|things) off|perfectionis[tm]",
    ),
    _cue(
        "Saying no when I mean no",
        r"can't say no|people[- ]pleas\w*|always say yes|walk(?:s|ed)? all over me",
    ),
)

NEXT_FOCUS = (
    _cue("How the interview went", r"interview"),
    _cue("The exam, and how it felt", r"exams?|finals|thesis"),
    _cue("The date, and what came of it", r"(?:first|second|a|my|our) date|dating"),
    _cue("The trip, and what it gave", r"trip|travel\w*|flight|vacation|holidays?"),
    _cue("Things with the family", r"mom|mum|mother|dad|father|sister|brother|parents|family"),
    _cue("How work is going", r"work|job|boss|deadline|project|promotion|office|colleagues?"),
    _cue("Sleep and rest", r"can't sleep|insomnia|exhausted|tired|burn(?:t|ed)? ?out"),
    _cue("Feeling less alone", r"lonely|loneliness|alone|isolated|no friends"),
    _cue(
        "The move, and settling in", r"moving (?:to|out|in|away)|new (?:flat|apartment|place|city)"
    ),
    _cue("What the breakup left behind", r"breakup|broke up|my ex|divorce\w*"),
    _cue("Health, and what helps", r"doctor|hospital|sick|anxiety|panic|therap\w+|diagnos\w+"),
    _cue(
        "The plans that give joy",
        r"concert|festival|birthday|wedding|party|painting|guitar|marathon",
    ),
)

LOVE_LANGUAGES = (
    _cue(
        "Words of affirmation",
        r"compliment\w*|(?:kind|sweet|loving) words|tell(?:s|ing)? me (?:that )?(?:you|he"
        r"|she|they)(?:'re| are)? (?:love|care|miss|appreciate|proud)\w*|proud of me"
        r"|encourag\w+|good (?:morning|night) (?:text|message)s?|hear (?:it|that"
        r"|those words)",
        r"word|affirm",
    ),
    _cue(
        "Quality time",
        r"time together|quality time|spend(?:ing)? (?:more )?time|(?:just"
        r"|only) the two of us|(?:walk|cook|talk|travel|danc|sitt?)(?:ing)? together"
        r"|undivided|evenings? together|hang(?:ing)? out",
        r"time",
    ),
    _cue(
        "Acts of service",
        r"help(?:s|ed|ing)? (?:me )?(?:with|out)|ma(?:kes?|de) me (?:coffee|tea|breakfast"
        r"|dinner|soup)|t(?:akes?|ook) care of|fix(?:es|ed)? my|does the dishes|pick(?:s"
        r"|ed)? me up|without (?:me )?asking",
        r"service|acts|help",
    ),
    _cue(
        "Physical touch",
        r"hugs?|hugg(?:ed|ing)|cuddl\w+|hold(?:ing|s)? (?:my )?hands?|kiss\w*|snuggl\w*"
        r"|touch\w*|in (?:his|her|your|their) arms",
        r"touch|physical",
    ),
    _cue(
        "Gifts",
        r"gifts?|presents?|surpris(?:e|es|ed) me|flowers|(?:bought|brought|got) me"
        r"|little things he|keepsake",
        r"gift|present",
    ),
)

FITS = (
    _cue(
        "Plain words, without hints or games",
        "(?:get|come) to the point|be (?:more )?(?:direct|blunt|straight)"
        r"|straightforward|no games|sugar-?coat\w*|just tell me|say (?:it|what you mean)"
        "|honestly",
        "direct|plain|straight|clear",
    ),
    _cue(
        "Gentle and unhurried, with room to think",
        "be gentle|gently|no (?:pressure|rush|hurry)|patient with me|take it slow"
        "|need (?:a )?(?:moment|time to think)|quiet",
        "gentle|calm|soft|slow|patien|reassur|support",
    ),
    _cue(
        "Playful, with teasing and quick wit",
        "ha(?:ha)+|lol|lmao|teas(?:e|ing)|banter|jok(?:e|es|ing)|funny|silly",
        "playful|humou?r|teas|light|fun|witty",
    ),
    _cue(
        "Long talks that go below the surface",
        "why do you think|what do you believe|meaning|deep(?:er)?(?: talks?"
        r"| conversations?)?|what (?:really )?matters|philosoph\w+|wonder (?:why|if"
        "|what)",
        "deep|reflect|thought|long|analy",
    ),
)

SLIDERS = {
    ("warmth", True): _cue(
        "warmth +1",
        "be (?:nicer|warmer|sweeter|kinder|more (?:caring|affectionate|loving))|(?:so"
        "|too|a bit|kind of) cold|need (?:some )?comfort|say something (?:nice|sweet)",
    ),
    ("warmth", False): _cue(
        "warmth -1",
        "too (?:clingy|sweet|mushy|sappy|affectionate|much affection)|stop calling me"
        "|less (?:sweet|mushy|sappy)",
    ),
    ("playfulness", True): _cue(
        "playfulness +1",
        "make me laugh|tease me|be (?:more )?(?:fun|funny|playful|silly)|tell me a joke"
        "|lighten up|love (?:the|your|our) (?:banter|jokes|teasing)",
    ),
    ("playfulness", False): _cue(
        "playfulness -1",
        "be serious|not (?:a joke|funny|in the mood for jokes)|stop (?:joking|teasing"
        "|kidding)|less (?:jokes|teasing|silly)",
    ),
    ("directness", True): _cue(
        "directness +1",
        "(?:get|come) to the point|be (?:more )?(?:direct|blunt|straight"
        r"|honest) with me|just tell me|don't sugar-?coat\w*"
        "|stop beating around the bush|give it to me straight",
    ),
    ("directness", False): _cue(
        "directness -1",
        "too (?:blunt|harsh|direct|pushy)|be (?:more )?(?:gentle|tactful|careful)"
        "|that was harsh|don't push",
    ),
    ("pace", True): _cue(
        "pace +1",
        "(?:speed|hurry) (?:it |this )?up|too slow|faster|cut to the chase"
        "|what are we waiting for|move (?:things )?along",
    ),
    ("pace", False): _cue(
        "pace -1",
        "slow(?:er)? down|slow down|too fast|take it slow|not so fast"
        "|need (?:more )?time|one (?:thing|step) at a time|no rush",
    ),
    ("depth", True): _cue(
        "depth +1",
        "go(?:ing)? deeper|deep(?:er)? (?:talks?|conversations?|questions?)"
        "|something (?:deep|real|meaningful)|small talk (?:bores|is boring)"
        "|ask me (?:something|anything) real",
    ),
    ("depth", False): _cue(
        "depth -1",
        "keep it (?:light|simple|easy)|too (?:deep|heavy|serious)"
        "|let's talk about something (?:light|easy|fun)|don't want to (?:think"
        "|analy[sz]e)",
    ),
}

UP = re.compile(r"\+|(?<![a-z])up(?![a-z])|more|rais|high|increas|plus", re.IGNORECASE)
DOWN = re.compile(r"-\s*1|\u2212|(?<![a-z])down(?![a-z])|less|low|decreas|minus", re.IGNORECASE)
