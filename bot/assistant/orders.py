"""What in a text tells its reader to do something.

A claim of a model says what is known; one that gives orders is not shown. A sentence of
an alert that speaks to whoever reads it is not repeated. Orders can be worded so that
no list of words knows them; what they may name is bounded by the facts of the alert.
"""

import re
from functools import cache

_VERBS = (
    "accept access ack acknowledge act activate add allow answer append apply approach "
    "approve ask assume attach authorise authorize begin block bypass call cancel "
    "change check choose click close comply confirm connect consider contact continue "
    "convert copy create deactivate decode delete dial dismiss disable discard "
    "disregard do download drop email enable encode enter ensure escalate execute "
    "explain fetch find follow forget forward generate get give go grant ignore "
    "imagine include increase insert inform install invoke isolate join keep kill let "
    "list log look make mark message merge modify move mute navigate notify open "
    "output override page paste patch pay perform phone ping post press pretend print "
    "proceed prove provide pull push put quarantine read reboot recite redirect refer "
    "release remember remove render repeat reply report request reset resolve respond "
    "restart restore resume retry return reveal revert review revoke ring roll rotate "
    "run save say scale scan select send set share show sign silence skip snooze "
    "start state stop submit substitute summarize suppress switch take tell terminate "
    "text think transfer translate treat trust try turn type unblock unlock update "
    "upgrade upload use verify visit wait warn whitelist wipe wire withdraw write"
)
ORDERS = frozenset(_VERBS.split())
"""Verbs that orders begin with."""
_VERB = "(?:" + _VERBS.replace(" ", "|") + ")"
# Behind a verb in its plain form, these make it an order; "call volume" is none.
_OBJECT = (
    "(?:the|this|that|these|those|all|any|every|each|both|your|my|our|their|me|us|it|"
    "them|him|her|a|an|no|not|now|immediately|here|everything|everyone|everybody|"
    "anything|nothing|whatever|as|if|until|only|sure)"
)
_BEGIN = (
    r"(?:^|[.!?;:]\s+|[\u2013\u2014]\s*|[(\[\u201c\"']|\b(?:please|kindly|and|then|or|"
    r"so|just|now|also|always|never|immediately|urgent(?:ly)?|first|next)[,:]?\s+)"
    r"(?=[a-z])"  # fails early where nothing but marks follows
)
# With whom people are to speak, and by what they are reached.
_REACH = (
    r"(?:call|phone|dial|ring|text|e-?mail|message|contact|ping|page|dm|write\s+to|"
    r"reach\s+out\s+to|reply\s+to|send\s+\S+\s+to)\s+(?:\S+\s+){0,4}?"
    r"(?:(?:\+\d|\(?\d{2,4}\)?[\s.-]\d)[\d\s().-]{4,}|\S+@\S|@\w)"
    r"|(?:call|phone|dial|ring|text)\s+(?:\S+\s+){0,2}?\d{7,}"
)
# "Message queue for tenant 7 is full" reports.
_REPORTS = (
    r"(?!(?:\S+\s+){0,6}?(?:is|was|are|were|has|had|failed|denied|returned|rose|fell|"
    r"exceeded|timed|took|ran)\b)"
)
_NAMED = (
    rf"{_REPORTS}"
    r"(?:call|phone|contact|e-?mail|message|notify|ask|tell|trust|ping|visit|open)\s+"
    r"(?-i:[A-Z@#])[\w-]*(?=[.!,;]?$|\s+(?:at|on|to|for|about|now|immediately|by|via|"
    r"that|if|and|or|before)\b)"
)
_OF_READERS = (
    r"\byou(?:'re|'ll|\u2019re|\u2019ll)?\s+(?:\w+\s+)?(?:must|should|shall|need|have|"
    r"can|may|will|are|were|ought|now)\b|\byou(?:'|\u2019)(?:re|ll)\b"
    r"|\byour\s+(?:\w+\s+)?(?:task|job|instructions?|goal|role|mission|orders?)\b"
    r"|\b(?:you|readers?|responders?|engineers?|on-?call|everyone|everybody|"
    r"recipients?|operators?|whoever\s+\w+\s+\w+)\s+(?:must|should|shall|need(?:s)?\s+"
    r"to|ha(?:s|ve)\s+to|(?:is|are)\s+(?:asked|required|requested|advised|urged|told|"
    r"instructed|expected|supposed|to))\b"
)
_ORDER = (
    rf"{_BEGIN}(?:please\s+|kindly\s+|just\s+|now\s+)*(?:{_VERB}\s+{_OBJECT}\b|{_REACH}"
    rf"|{_NAMED}|do\s+not\b|don(?:'|\u2019)t\b|make\s+sure|be\s+sure|let(?:'|\u2019)s\b|"
    rf"(?:log|sign)\s+in\b|go\s+to\b|click\s+\w|never\s+{_VERB}\b|always\s+{_VERB}\b)"
    rf"|\bplease\b|\b(?:is|it's)\s+(?:crucial|important|vital|essential)\s+(?:that\s+)?"
    rf"(?:you|to)\b|{_OF_READERS}"
)
_QUOTED = re.compile(r"\u201c[^\u201c\u201d]*\u201d|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")
_FEWEST_AROUND = 3
_SPOKEN = re.compile(
    r"\b(?:you|your|yours|yourself|me|my|mine|myself|let's)\b|(?-i:\bI\b(?!/))",
    re.IGNORECASE,
)
_BEGINS_AS_ORDER = (
    rf"{_BEGIN}{_VERB}\b|(?<!\bto )(?<!\bcan )(?<!\bnot )(?<!\bwill )(?<!\bdid )"
    rf"(?<!\bmay )(?<!\bcould )(?<!\bwould )\b{_VERB}\s+{_OBJECT}\b"
)
_SHOUTED = re.compile(r"\b[A-Z]{4,}[^\w\n]+[A-Z]{2,}\b|\*{2,}")


def is_order(text: str) -> bool:
    """Tell whether a text tells its reader to do something.

    What it only quotes is not looked at: "the prompt said 'ignore the rules'" reports.
    """
    around = _QUOTED.sub(" ", text)
    reports = len(around.split()) >= _FEWEST_AROUND
    return bool(_expression(_ORDER).search(around if reports else text))


def speaks_to_reader(sentence: str) -> bool:
    """Tell whether a sentence of an alert may speak to whoever reads it.

    Rather too often: what is not repeated can still be read in the alert.
    """
    return bool(
        _expression(_ORDER).search(sentence)
        or _SPOKEN.search(sentence)
        or _expression(_BEGINS_AS_ORDER).search(sentence)
        or _SHOUTED.search(sentence)
    )


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """Compiled when a text is first looked at: it takes longer than all other words."""
    return re.compile(pattern, re.IGNORECASE)
