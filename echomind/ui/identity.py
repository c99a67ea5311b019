"""Who is at the page. On a Space that is who signed in with Hugging Face, and nobody else ever.

Elsewhere there is no such sign-in: with an admin token, whoever shows it; without one, whoever uses the app where it
listens to this machine alone.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import gradio as gr
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from echomind.errors import EchoMindError
from echomind.settings import Settings
from echomind.submissions.model import Sender
from echomind.submissions.moderation import Moderator, moderator
from echomind.ui.accounts import account_since

KEY_S = 8 * 3600  # how long a key for scripts opens the desk: as long as a Space keeps somebody signed in
Way = Literal["huggingface", "token", "here", "closed"]
Since = Callable[[str], datetime | None]


class NotSignedIn(EchoMindError):
    """Nobody is known to be at the page."""


class Identity:
    """Tells who is asking, by what the session says and, away from a Space, by the token that was shown."""

    def __init__(self, settings: Settings, *, since: Since = account_since) -> None:
        self._settings, self._since = settings, since
        self._token = settings.admin_token.get_secret_value()
        secret = os.environ.get("OAUTH_CLIENT_SECRET", "")
        self._keys = URLSafeTimedSerializer(secret, salt="echomind script key") if secret else None

    @property
    def way(self) -> Way:
        """How people show who they are here; ``closed``: there is no way, so nothing can be handed in."""
        if self._settings.on_space:
            return "huggingface"
        if self._token:
            return "token"
        return "here" if _is_loopback(self._settings.address) else "closed"

    def sender(self, profile: gr.OAuthProfile | None, key: str = "") -> Sender:
        """Whoever hands something in. ``key``: the admin token, or on a Space a key for scripts.

        Raises ``NotSignedIn``, which says what to do.
        """
        match self.way:
            case "huggingface":
                name = profile.username if profile is not None else self._name_in(key)
                return Sender(provider="huggingface", name=name, account_since=self._since(name))
            case "token" if not hmac.compare_digest(key.encode("utf-8", "replace"), self._token.encode()):
                raise NotSignedIn("found no valid token, expected the admin token that this app was started with")
            case "closed":
                raise NotSignedIn(
                    "nothing can be handed in here: other machines reach this app, and it knows nobody; its operator "
                    "can set ECHOMIND_ADMIN_TOKEN"
                )
        return Sender(provider="local", name="local")

    def moderator(self, profile: gr.OAuthProfile | None, token: str = "") -> Moderator:
        """Whoever moderates. Raises ``NotAllowed``."""
        sender = None
        if self.way == "huggingface" and profile is not None:
            sender = Sender(provider="huggingface", name=profile.username)
        return moderator(self._settings, sender, token)

    def script_key(self, profile: gr.OAuthProfile | None) -> str:
        """A key with which scripts hand in under the name of who is signed in, for ``KEY_S``. ``NotSignedIn``."""
        if self.way != "huggingface" or profile is None or self._keys is None:
            raise NotSignedIn("found nobody signed in, expected a sign-in with Hugging Face first")
        return self._keys.dumps(profile.username)

    def _name_in(self, key: str) -> str:
        if key and self._keys is not None:
            try:
                return str(self._keys.loads(key, max_age=KEY_S))
            except SignatureExpired:
                raise NotSignedIn("found a key that has run out, expected a new one from the Submit page") from None
            except (BadSignature, UnicodeError):  # half a character cannot even be looked at
                raise NotSignedIn("found a key that is none of ours, expected one from the Submit page") from None
        raise NotSignedIn("found nobody signed in, expected a sign-in with Hugging Face (in a script: a key)")


def _is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
