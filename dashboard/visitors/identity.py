"""Who somebody is: a random token that only their browser keeps."""

from __future__ import annotations

import hashlib
import re
import secrets

from core import InvalidArgument

TOKEN_BYTES = 32  # 256 random bits: nobody guesses another's
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in URL-safe base 64, without padding


def new_visitor_id() -> str:
    """Return a fresh token; whoever holds it is that visitor."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_visitor_id(text: object) -> bool:
    """Say whether ``text`` has the form of a token (not whether anybody has it)."""
    return isinstance(text, str) and _TOKEN.fullmatch(text) is not None


def digest_of(visitor_id: str) -> str:
    """Return what is kept of a token, its SHA-256: a stolen database opens nobody's ratings.

    A slow or salted hash would add nothing, since a token has as many random bits as its digest.
    Raises ``InvalidArgument``, which keeps the token to itself, on a text that is none.
    """
    if not is_visitor_id(visitor_id):
        raise InvalidArgument("visitor must be a token made by new_visitor_id(), got something else")
    return hashlib.sha256(visitor_id.encode("ascii")).hexdigest()
