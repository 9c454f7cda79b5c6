"""All usual mistakes (A17), in the order in which they are looked for: those that people make most come first."""

from __future__ import annotations

from iamkit.sigv4.header_mistakes import IN_THE_HEADERS, LOST_HEADERS, SESSION_TOKEN
from iamkit.sigv4.key_mistakes import IN_THE_KEY
from iamkit.sigv4.payload_mistakes import IN_THE_PAYLOAD
from iamkit.sigv4.recipe import UsualMistake
from iamkit.sigv4.scope_mistakes import IN_THE_SCOPE, ONE_BY_ONE
from iamkit.sigv4.target_mistakes import IN_THE_TARGET
from iamkit.sigv4.text_mistakes import IN_THE_STRING, IN_THE_TEXT

UsualMistakes = tuple[UsualMistake, ...]

IN_THE_REQUEST: UsualMistakes = (SESSION_TOKEN, *IN_THE_TARGET, *IN_THE_HEADERS, *IN_THE_PAYLOAD, *IN_THE_TEXT)
AFTER_THE_REQUEST: UsualMistakes = (*IN_THE_KEY, *IN_THE_STRING, *IN_THE_SCOPE, *ONE_BY_ONE)

__all__ = ["AFTER_THE_REQUEST", "IN_THE_REQUEST", "LOST_HEADERS"]
