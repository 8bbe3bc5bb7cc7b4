"""What the catalogue does not know, but of which a line says that it was not long ago: asked in the record's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from dialogs.drafting.proposals.conditions import Condition, Question, ago, contrary, own_id
from dialogs.drafting.proposals.limits import Number, Unsure, written_ago
from dialogs.drafting.proposals.phrases import phrases
from dialogs.drafting.proposals.reading import read
from dialogs.languages import in_every_language

MOST_LETTERS: Final = 90
"""Of what is asked about; a longer text says more than what happened."""
_TAIL: Final = re.compile(r"[ ,]+(?=(?:within|in|during|over|less than|fewer than|<=?|≤) )", re.IGNORECASE)
_BEGINNING: Final = re.compile(
    r"(?:(?:patients?|subjects?|participants?|individuals|volunteers|those|persons) (?:with|who|that) )?"
    r"(?:(?:has|have|had|who) ){0,2}"
    r"(?:received |undergone |experienced |an? |any |the |known |documented )*"
    r"(?:(?:last|most recent|prior|previous|past|history of|a history of|prior history of|evidence of) )?"
    r"(?:an? |any )?",
    re.IGNORECASE,
)
_VERBS: Final = (
    (r"(?:participated|participation|enrolled|enrolment|enrollment|taken part) in ", "participation in "),
    (r"treated with ", "treatment with "),
    (r"exposed to ", "exposure to "),
    (r"(?:hospitalized|hospitalised) for ", "hospitalisation for "),
    (r"donated blood$", "blood donation"),
    (r"vaccinated with ", "vaccination with "),
    (r"used (?:an? |any )?", "use of "),
)
"""What a patient has done -> what then was."""
_NO: Final = re.compile(
    r"no (?:prior |previous |known |history of |evidence of |use of (?=any ))?", re.IGNORECASE
)
_MORE: Final = re.compile(
    r"[()\[\]:;<>≤≥=%/]|[.] | - |(?<![\w-])[0-9]|^[^,]*, or\b|,(?!.* or )"
    r"|^(?:in|for|among|with|at|on|of|to|by|from|only)\b"
    r"|\b(?:who|whom|which|that|unless|except|excluding|other than|not|no|non|never|without|if|when|while|only"
    r"|is|are|am|be|been|being|was|were|has|have|had|will|would|must|should|may|can|could|and|as|than"
    r"|more|most|least|less|fewer|up to|first|second|third|one|two|three|four|five|several|multiple|times|twice|once"
    r"|repeated|frequent|consecutive|daily|weekly|per|each|every|dose of|prior|before|after|since|during|within|until"
    r"|ago|following|planned|planning|plans?|scheduled|anticipated|expect(?:ed|s)|intend|intends|intention|future"
    r"|needs?|requires?|likely|current|currently|concurrent|concomitant|ongoing|recent|recently|active|stable|untreated|lifetime|ever"
    r"|diagnosed|admitted|discontinued|stopped|started|initiated|received|receiving|taken|taking|using|used|participated|"
    r"enrolled"
    r"|treated|donated|smoked|half-life|half-lives|whichever|investigator|opinion|failed|failure (?:of|to)|inadequate"
    r"|negative|positive|normal|abnormal|unremarkable|absence of|absent|free|denies|denied|inability|unable|able"
    r"|intolerant|loss of|lack of|changes?|increased?|decreased?|weight|age|aged|survival|life"
    r"|family|mother|father|partner|ability|due|birth|delivery|residence|living|prisoners?"
    r"|neither|nor|either|where|plus|followed|combination|wom[ae]n|females?|m[ae]n|males?|patients?|subjects?|participants?"
    r"|persons?|individuals?|those|pregnant|post-?partum"
    r"|conditions?|last|years?|months?|weeks?|days?|hours?)\b",
    re.IGNORECASE,
)
"""What says that there is more to it than what happened last: a condition, a number, a plan, a state, a change."""
_LASTS: Final = re.compile(
    r"\b(?:diseases?|disorders?|syndrome|schizophrenia|psychos[ie]s|epilepsy|dementia|diabetes|mellitus|cancers?|"
    r"malignanc(?:y|ies)|neoplasms?|tumou?rs?|asthma|copd|arthritis|hypertension|cirrhosis|hepatitis|hiv|aids|obesity|"
    r"depression|autism|fibrillation|flutter|cardiomyopathy|heart failure|neuropathy|pacemaker|psoriasis|colitis|"
    r"sclerosis|tuberculosis|immunodeficiency|deficiency)(?=,| or\b| and/or\b|$)",
    re.IGNORECASE,
)
"""What has no last time: in a list, the time behind it may be said of the others alone."""
_OF_EVER: Final = re.compile(r"\b(?:prior|previous|past|history of|known)\b", re.IGNORECASE)
"""What may be said of the first of a list alone, which then may be as long ago as it will."""


def washout(text: str, *, inclusion: bool) -> Condition | None:
    """Return *what* was *less than a time ago*, if a line says no more than that; *no ... within* in an inclusion."""
    line = text.strip().rstrip(".;,").strip()
    for tail in reversed(list(_TAIL.finditer(line))):
        recently = read(phrases(line[tail.end() :]), inclusion=inclusion, rule="recently")
        if recently is not None:
            return _asked(line[: tail.start()], *recently, inclusion=inclusion)
    return None


def _asked(what: str, relation: str, number: Number, *, inclusion: bool) -> Condition | None:
    denied = _NO.match(what)
    if denied and not inclusion:  # see `Reader.refuse_in_exclusion`
        return None
    happened = what[denied.end() if denied else 0 :]
    begun = _BEGINNING.match(happened)
    before, happened = happened[: begun.end() if begun else 0], happened[begun.end() if begun else 0 :]
    if " or " in happened and (_LASTS.search(happened) or (not denied and _OF_EVER.search(before))):
        return None
    for verb, noun in _VERBS:
        happened = re.sub(f"^{verb}", noun, happened, flags=re.IGNORECASE)
    if not happened or len(happened) > MOST_LETTERS or _MORE.search(happened):
        return None
    question = _question(happened)
    try:
        limit = written_ago(number)
    except Unsure:
        return None
    condition = ago(str(question["id"]), relation, limit, (question,))
    return contrary(condition) if denied else condition


def _question(happened: str) -> Question:
    small = happened if happened[1:2].isupper() else happened[:1].lower() + happened[1:]
    return {
        "id": own_id("since", small),
        "kind": "since",
        **{
            key: {code: text.format(what=small) for code, text in _said(key).items()}
            for key in ("ask", "short")
        },
    }


def _said(key: str) -> Mapping[str, str]:
    return in_every_language("dialogs.drafting", "washout", key)
