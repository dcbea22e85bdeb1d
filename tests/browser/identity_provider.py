"""A tiny identity provider on this machine: OpenID Connect's code flow with PKCE for whoever a test says is signed in.

What it checks and gives is what OpenID Connect Core 1.0, section 3.1, and RFC 7636, section 4.6, ask of one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "reelspace", "a secret that only these tests know"
ALGORITHM, KEY_BITS = "RS256", 2048
SECONDS_VALID = 600


@dataclass
class Provider:
    """``subject`` is who is signed in there; ``key`` signs, ``published`` is the one it says it signs with."""

    issuer: str
    redirect: str
    subject: str = "anna"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(KEY_BITS, {"kid": "1"}))
    published: RSAKey | None = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # by the code handed out: what it was asked with

    def described(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0, section 3."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        """The public keys."""
        return dict(KeySet([self.published or self.key]).as_dict(private=False))

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the browser is sent with a code: only to the app that is registered."""
        assert query["client_id"] == CLIENT
        assert query["redirect_uri"] == self.redirect
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe()
        self.asked[code] = {**query, "subject": self.subject}
        return f"{self.redirect}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], credentials: tuple[str, str]) -> dict[str, Any]:
        """Return the signed word on who it is, for a code, once, to who asked for it."""
        query = self.asked.pop(form["code"])
        assert credentials == (CLIENT, SECRET)
        assert form["redirect_uri"] == self.redirect
        if "code_challenge" in query:
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == query["code_challenge"]
        now, subject = int(time.time()), query["subject"]
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": subject, "iat": now, "exp": now + SECONDS_VALID,
            "nonce": query["nonce"], "email": f"{subject}@example.org",
        }  # fmt: skip
        signed = jwt.encode({"alg": ALGORITHM, "kid": "1"}, claims, self.key)
        return {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "id_token": signed}


@contextmanager
def provide(redirect: str) -> Iterator[Provider]:
    """Run a provider that sends people back to ``redirect``."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        provider = Provider(f"http://127.0.0.1:{server.server_port}", redirect)
        server.RequestHandlerClass = type("Handler", (_Handler,), {"provider": provider})
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    provider: Provider
    timeout = 5  # seconds: a browser opens connections that it may never use, and closing waits for each

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(_single(address.query)))
            self.end_headers()
        else:
            answers = {"/.well-known/openid-configuration": self.provider.described, "/keys": self.provider.keys}
            self._answer(answers[address.path]())

    def do_POST(self) -> None:
        form = _single(self.rfile.read(int(self.headers["Content-Length"])).decode())
        encoded = self.headers["Authorization"].removeprefix("Basic ")
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
        self._answer(self.provider.token(form, (name, secret)))

    def _answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _single(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}
