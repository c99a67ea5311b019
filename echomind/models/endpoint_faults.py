"""What can go wrong with an endpoint, sorted into: try again, this request failed, every request would fail."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from pydantic import SecretStr

from echomind.endpoint_settings import EndpointSettings
from echomind.errors import ConfigurationError, EchoMindError
from echomind.strict_json import StrictJSONError, loads

RETRIED = frozenset({408, 409, 425, 429})  # besides any 5xx
# Answers of a server that no other request of this run will change, with what was expected instead.
REFUSED = {
    401: "a key that this server accepts",
    402: "an account with credit",
    403: "a key that may use this model",
    404: "a base_url and a model that this server knows",
}
# OpenAI says "spent" with the status of "slow down"; these codes tell them apart.
SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
LONGEST_MESSAGE = 200  # characters of a server's words in an error
SHARED_RUN = 6  # characters in a row that a word may not share with the key: servers echo keys in part


class EndpointError(EchoMindError):
    """A request to an endpoint failed for good; another one may succeed."""


class EndpointRefused(EndpointError, ConfigurationError):
    """The endpoint cannot be used as it is set: key, model or address refused, quota or budget spent."""


class TryAgain(Exception):
    """An attempt failed in a way that passes; ``retry_after_s`` is how long the server asks to wait."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


def read_key(settings: EndpointSettings, environ: Mapping[str, str]) -> SecretStr | None:
    """The key from the variable that the settings name; ``None`` where they name none.

    Raises ``EndpointRefused`` when it is missing or cannot be sent in a header, without quoting it.
    """
    if settings.api_key_env is None:
        return None
    key = environ.get(settings.api_key_env, "").strip()
    where = f"endpoint {settings.name}: the environment variable {settings.api_key_env}"
    if not key:
        raise EndpointRefused(f"{where} is not set; expected the key of {settings.base_url} in it")
    if not all("!" <= c <= "~" for c in key):
        raise EndpointRefused(f"{where} holds spaces or characters that no header can carry; expected a key")
    return SecretStr(key)


def check_status(settings: EndpointSettings, status: int, message: str, retry_after_s: float | None) -> NoReturn:
    """Raise what a status other than 200 means; ``message`` are the server's words, shortened and without the key."""
    found = f"HTTP {status}: {message}" if message else f"HTTP {status} without a message"
    where = f"endpoint {settings.name}: {found}"
    if status == 429 and any(code in message for code in SPENT):
        raise EndpointRefused(f"{where}; expected an account with quota left")
    if status in RETRIED or 500 <= status < 600:
        if retry_after_s is not None and retry_after_s > settings.longest_wait_s:
            raise EndpointError(
                f"{where}; the server asks to wait {retry_after_s:.0f} s, expected at most {settings.longest_wait_s:g}"
            )
        raise TryAgain(found, retry_after_s)
    if status in REFUSED:
        raise EndpointRefused(f"{where}; expected {REFUSED[status]}")
    if status < 400:
        raise EndpointRefused(f"{where}; expected an answer at {settings.base_url}, redirects are not followed")
    raise EndpointError(f"{where}; expected a request that this server takes")


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait: ``retry-after-ms``, or ``Retry-After`` as seconds or as a date."""
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _seconds(value)
    if seconds is not None or value is None:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None  # neither a number nor a date: as good as no header, the backoff decides
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def server_message(body: bytes, key: SecretStr | None) -> str:
    """What a server says about an error: one line of at most 200 characters, with its error code, without the key."""
    text = body.decode("utf-8", "replace")
    try:
        document: Any = loads(text)
    except StrictJSONError:
        document = None
    if isinstance(document, list) and len(document) == 1:  # Google's way
        document = document[0]
    if isinstance(document, dict):
        fault = document.get("error", document)
        if isinstance(fault, dict):
            said = fault.get("message") or fault.get("detail") or fault.get("msg")
            codes = [c for c in (fault.get("code"), fault.get("type")) if isinstance(c, str) and c]
            code = next((c for c in codes if c in SPENT), fault.get("code"))
            parts = [part for part in (code, said) if isinstance(part, str) and part]  # the code first: it is never cut
            text = ": ".join(parts) or text
        elif isinstance(fault, str):
            text = fault
    return shown(text, key)


def shown(text: str, key: SecretStr | None) -> str:
    """The text fit for a message: one line of at most 200 characters without the key."""
    line = without_key("".join(c if c.isprintable() else " " for c in text), key)
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"


def without_key(text: str, key: SecretStr | None) -> str:
    """The text with every word hidden that holds the key or six characters in a row of it."""
    secret = "" if key is None else key.get_secret_value()
    runs = {secret[i : i + SHARED_RUN] for i in range(max(1, len(secret) - SHARED_RUN + 1))} - {""}
    return " ".join("***" if any(run in word for run in runs) else word for word in text.split())


def _seconds(value: str | None) -> float | None:
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
