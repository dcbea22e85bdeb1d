"""Who somebody is: a random token that only their browser keeps, or an account that an identity provider vouches for.

A *key* is what the store is asked with: a token or an account's key, and, after a dot, which of its profiles is meant
(without one, the profile that was used last).
"""

from __future__ import annotations

import hashlib
import re
import secrets

from core import InvalidArgument

TOKEN_BYTES = 32  # 256 random bits: nobody guesses another's
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in URL-safe base 64, without padding
_KEY = re.compile(r"([A-Za-z0-9_-]{43}|account:[0-9a-f]{64})(?:\.([1-9][0-9]{0,17}))?")


def new_visitor_id() -> str:
    """Return a fresh token; whoever holds it is that visitor."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_visitor_id(text: object) -> bool:
    """Say whether ``text`` has the form of a token (not whether anybody has it)."""
    return isinstance(text, str) and _TOKEN.fullmatch(text) is not None


def account_key(issuer: str, subject: str) -> str:
    """Return the key of an account: OpenID Connect names one by issuer and subject together (Core 1.0, section 2).

    No cookie reaches it, since it does not have the form of a token: only a checked sign-in makes one.
    """
    return "account:" + _digest(f"{issuer}\n{subject}")


def with_profile(key: str, profile: int) -> str:
    """Return ``key`` for one of its profiles."""
    return f"{_parts(key)[0]}.{profile}"


def holder_of(key: str) -> str:
    """Return ``key`` without a profile: the browser's token or the account's key."""
    return _parts(key)[0]


def profile_in(key: str) -> int | None:
    """Return which profile ``key`` means, None where it is the one used last."""
    profile = _parts(key)[1]
    return None if profile is None else int(profile)


def digest_of(key: str) -> str:
    """Return what is kept of a token, its SHA-256: a stolen database opens nobody's ratings.

    A slow or salted hash would add nothing, since a token has as many random bits as its digest.
    Raises ``InvalidArgument``, which keeps the token to itself, on a text that is none.
    """
    return _digest(holder_of(key))


def _parts(key: object) -> tuple[str, str | None]:
    found = _KEY.fullmatch(key) if isinstance(key, str) else None
    if found is None:
        raise InvalidArgument("visitor must be a token made by new_visitor_id(), got something else")
    return found[1], found[2]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
