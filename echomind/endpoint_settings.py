"""What has to be known of an endpoint that speaks the OpenAI chat protocol: vLLM, GPT-4o-audio, a judge.

The setting ``ECHOMIND_ENDPOINTS`` is one JSON object, name -> fields; a key is never in it, only the name of the
environment variable that holds the key::

    {"gpt4o": {"base_url": "https://api.openai.com/v1", "model": "gpt-4o-audio-preview",
               "api_key_env": "OPENAI_API_KEY", "speech_out": true, "voice": "alloy", "budget_usd": 25,
               "prices": {"text_in": 2.5, "text_out": 10, "audio_in": 40, "audio_out": 80}},
     "qwen": {"base_url": "http://127.0.0.1:8000/v1", "model": "Qwen/Qwen2.5-Omni-7B", "audio_style": "audio_url"}}
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, field_validator, model_validator

from echomind.errors import ConfigurationError
from echomind.strict_json import StrictJSONError, loads

VARIABLE = "ECHOMIND_ENDPOINTS"
# Fields of the request that this package writes itself; ``extra`` may not replace them behind its back.
RESERVED = frozenset(
    {"model", "messages", "max_tokens", "max_completion_tokens", "temperature", "modalities", "audio"}
    | {"response_format", "seed", "stream", "n"}
)
Dollars = Annotated[float, Field(ge=0)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, hide_input_in_errors=True, str_max_length=2000
    )


class Prices(_Strict):
    """US dollars per million tokens. Audio tokens cost what text tokens do where no other price is given."""

    text_in: Dollars
    text_out: Dollars
    audio_in: Dollars | None = None
    audio_out: Dollars | None = None


class EndpointSettings(_Strict):
    """One endpoint. Without ``prices`` its cost is unknown, not 0; a self-hosted one may say so with prices of 0."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    base_url: Annotated[str, Field(description="up to and with the version, e.g. https://api.openai.com/v1")]
    model: Annotated[str, Field(min_length=1, max_length=300)]
    api_key_env: Annotated[
        str | None,
        Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", description="variable that holds the key; none: no key is sent"),
    ] = None
    audio_style: Annotated[
        Literal["input_audio", "audio_url"],
        Field(description="a clip goes in as OpenAI's input_audio part, or as vLLM's audio_url part with a data URI"),
    ] = "input_audio"
    speech_out: Annotated[bool, Field(description="the model can answer with speech")] = False
    voice: Annotated[str | None, Field(min_length=1, max_length=100)] = None
    prices: Prices | None = None
    budget_usd: Annotated[
        float | None, Field(ge=0, description="most that one client of one process may spend, US dollars")
    ] = None
    concurrency: Annotated[int, Field(ge=1, le=256, description="most requests at a time")] = 4
    connect_timeout_s: Seconds = 10.0
    timeout_s: Annotated[Seconds, Field(description="longest silence within one request")] = 120.0
    total_timeout_s: Annotated[Seconds, Field(description="longest time for one request")] = 300.0
    attempts: Annotated[int, Field(ge=1, le=20, description="requests made for one answer before giving up")] = 6
    longest_wait_s: Annotated[Seconds, Field(description="longest wait between two attempts")] = 60.0
    temperature: Annotated[float | None, Field(ge=0, le=2, description="none: the server's default")] = None
    seed: int | None = None
    max_tokens: Annotated[int, Field(ge=1, le=131072, description="longest answer; the official code uses 2,048")] = (
        2048
    )
    max_tokens_field: Annotated[
        Literal["max_tokens", "max_completion_tokens"],
        Field(description="OpenAI's reasoning models only know the second; vLLM and older servers know the first"),
    ] = "max_tokens"
    answer_format: Annotated[
        Literal["json_schema", "json_object", "text"],
        Field(description="how a judge is held to JSON: by its schema, as any object, or by the prompt's words alone"),
    ] = "json_schema"
    extra: Annotated[
        dict[str, JsonValue], Field(description="further fields of every request, e.g. top_p, top_k, reasoning_effort")
    ] = {}
    max_body_mb: Annotated[int, Field(ge=1, le=1024, description="longest answer read, MiB")] = 64
    cache: Annotated[bool, Field(description="keep answers on disk and never pay twice for the same request")] = True

    @field_validator("base_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ValueError("is not a URL that can be read; expected e.g. http://127.0.0.1:8000/v1") from None
        plain = value.isascii() and value.isprintable() and " " not in value
        if parts.scheme not in ("http", "https") or not host or port == 0 or not plain:
            raise ValueError("expected a URL in ASCII that begins with http:// or https:// and names a host")
        if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
            raise ValueError("expected no user, password, query or fragment; name the key's variable in api_key_env")
        if parts.path.rstrip("/").endswith("/completions"):
            raise ValueError("expected the URL up to the version (…/v1), without /chat/completions")
        return value.rstrip("/")

    @field_validator("extra")
    @classmethod
    def _replaces_nothing(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        taken = sorted(RESERVED & value.keys())
        if taken:
            raise ValueError(f"found {', '.join(taken)}; expected only fields that this package does not set itself")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> EndpointSettings:
        if self.budget_usd is not None and self.prices is None:
            raise ValueError("budget_usd needs prices: without them no cost can be counted")
        if self.voice is not None and not self.speech_out:
            raise ValueError("voice needs speech_out: true")
        return self


def endpoints_from(value: Any) -> dict[str, EndpointSettings]:
    """Endpoints by name, from the JSON text of ``ECHOMIND_ENDPOINTS`` or from a mapping of the same shape.

    Raises ``ConfigurationError``: one line with the endpoint, the field and what was expected. Values are never quoted,
    since a key put into the wrong field would be among them.
    """
    if isinstance(value, str | bytes):
        try:
            value = loads(value) if value.strip() else {}
        except StrictJSONError as error:
            raise ConfigurationError(f"{VARIABLE}: {error}") from error
    if not isinstance(value, dict):
        raise ConfigurationError(f"{VARIABLE}: found {type(value).__name__}; expected an object, name -> fields")
    return {str(name): _endpoint(str(name), fields) for name, fields in value.items()}


def _endpoint(name: str, fields: Any) -> EndpointSettings:
    where = f"{VARIABLE}: endpoint {name[:80]!r}"
    if isinstance(fields, EndpointSettings):
        fields = fields.model_dump()
    if not isinstance(fields, dict):
        raise ConfigurationError(f"{where}: found {type(fields).__name__}; expected an object with base_url and model")
    if fields.get("name", name) != name:
        raise ConfigurationError(f"{where}: its field name says something else; expected the same name or none")
    if "api_key" in fields:
        raise ConfigurationError(f"{where}: found api_key; expected api_key_env, the variable that holds the key")
    try:
        return EndpointSettings.model_validate({**fields, "name": name})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        message = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{where}: {field + ': ' if field else ''}{message}") from None
