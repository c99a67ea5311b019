"""One client for every server that speaks the OpenAI chat protocol: requests, retries, limits, costs, cache.

What is retried, with exponential backoff and jitter, never sooner than the server asks (``Retry-After``): 408, 409,
425, 429, any 5xx, broken connections, time-outs, and answers that are not answers. What is not: 401, 402, 403, 404,
redirects and a spent quota (``EndpointRefused``: every further request would fail too), and any other 4xx
(``EndpointError``: this request failed). The key is in no message, log or file.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from echomind.audio import Clip
from echomind.endpoint_settings import EndpointSettings
from echomind.models.endpoint_cache import EndpointCache, cache_key
from echomind.models.endpoint_costs import Charge, Ledger, OverBudget, Spending, Usage
from echomind.models.endpoint_faults import (
    EndpointError,
    EndpointRefused,
    TryAgain,
    check_status,
    read_key,
    retry_after_s,
    server_message,
    shown,
)
from echomind.models.endpoint_wire import (
    Answer,
    Completion,
    MalformedAnswer,
    Message,
    answer_of,
    audio_part,
    document_of,
    most_usage,
    request_body,
    usage_of,
)
from echomind.settings import get_settings

__all__ = ["Completion", "EndpointClient", "EndpointError", "EndpointRefused", "Spending", "Usage"]
logger = logging.getLogger(__name__)
LONGEST_FAULT = 64 * 1024  # bytes of an error's body that are read
_BACKOFF = {
    "initial": 1.0,
    "exp_base": 2.0,
    "jitter": 1.0,
}  # 1, 2, 4, 8, 16 s and up to 1 s more: what providers advise


class EndpointClient:
    """A client of one endpoint; threads share it, and best one client: limits and costs are counted by client.

    ``cache_dir`` defaults to ``cache/endpoints`` in the settings' data folder; ``tag`` joins the cache key and names
    the version of the prompts or of whatever reads the answers. ``sleep`` waits between attempts and ``clock`` gives
    seconds; tests replace them. Raises ``EndpointRefused`` when the variable that should hold the key does not.
    """

    def __init__(
        self,
        settings: EndpointSettings,
        *,
        cache_dir: Path | None = None,
        tag: str = "",
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self.tag = tag
        self._where = f"endpoint {settings.name}"
        self._key: SecretStr | None = read_key(settings, os.environ)
        folder = cache_dir or get_settings().data_dir / "cache" / "endpoints"
        self._cache = EndpointCache(folder) if settings.cache else None
        self._ledger = Ledger(settings.prices, settings.budget_usd)
        self._slots = threading.BoundedSemaphore(settings.concurrency)
        self._sleep, self._clock = sleep, clock
        self._backoff = wait_exponential_jitter(max=settings.longest_wait_s, **_BACKOFF)
        self._http = httpx.Client(
            timeout=httpx.Timeout(settings.timeout_s, connect=settings.connect_timeout_s, pool=None),
            limits=httpx.Limits(
                max_connections=None, max_keepalive_connections=settings.concurrency
            ),  # how many at a time is up to _slots
            follow_redirects=False,  # the key goes to the host that was named and to no other
            mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},  # never through a proxy
        )

    def __enter__(self) -> EndpointClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def audio_part(self, clip: Clip) -> dict[str, Any]:
        """The clip as a content part in this endpoint's style."""
        return audio_part(clip, self.settings.audio_style)

    def spending(self) -> Spending:
        """What this client has asked for and what it cost."""
        return self._ledger.total()

    def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float | None,
        modalities: Sequence[str] | None = None,
        audio: Mapping[str, str] | None = None,
        response_format: Mapping[str, Any] | None = None,
        seed: int | None = None,
    ) -> Completion:
        """The answer to a conversation, from the cache where the same request was answered before.

        ``messages`` as in the OpenAI API, clips as ``audio_part``; ``max_tokens`` at least 1; ``temperature`` ``None``
        leaves it to the server, as do the other ``None``; ``audio`` is ``{"voice": ..., "format": "wav"}`` and goes
        with ``modalities=["text", "audio"]``. An answer has words, or sound, or both.
        Raises ``EndpointError`` when this request failed for good, ``EndpointRefused`` (also a ``ConfigurationError``)
        when every further one would: key, model or address refused, quota or budget spent.
        """
        body = request_body(
            self.settings,
            messages,
            max_tokens=max_tokens,
            temperature=temperature,
            modalities=modalities,
            audio=audio,
            response_format=response_format,
            seed=seed,
        )
        key = cache_key(self.settings.base_url, body, self.tag)
        completion = None if self._cache is None else self._cache.get(key)
        if completion is None:
            completion = self._ask(body, max_tokens)
            if self._cache is not None:
                self._cache.put(key, completion)
        self._ledger.count_answer(cached=completion.cached)
        return completion

    def _ask(self, body: Mapping[str, Any], max_tokens: int) -> Completion:
        payload = json.dumps(body, allow_nan=False).encode()
        most = most_usage(body, max_tokens)
        retrying = Retrying(
            sleep=self._sleep,
            stop=stop_after_attempt(self.settings.attempts),
            wait=self._wait,
            retry=retry_if_exception_type(TryAgain),
            before_sleep=self._report,
            reraise=True,
        )
        try:
            return retrying(self._attempt, payload, most)
        except TryAgain as error:
            raise EndpointError(
                f"{self._where}: {error}; gave up after {self.settings.attempts} attempts, expected an answer"
            ) from None
        except OverBudget as error:
            raise EndpointRefused(f"{self._where}: {error}") from None

    def _attempt(self, payload: bytes, most: Usage) -> Completion:
        with self._slots, self._ledger.request(most) as charge:
            started = self._clock()
            status, headers, body = self._post(payload, charge)
            latency = self._clock() - started
            if status != 200:
                check_status(self.settings, status, server_message(body, self._key), retry_after_s(headers))
            try:
                document = document_of(body)
                charge.usage = usage_of(document)
                self._check_fault(document, body, charge)
                answer = answer_of(document)
            except MalformedAnswer as error:
                raise TryAgain(shown(str(error), self._key)) from None
            self._check_words(answer)
        cost = None if charge.usage is None or self.settings.prices is None else charge.usage.cost(self.settings.prices)
        return Completion(
            text=answer.text,
            audio=answer.audio,
            audio_transcript=answer.transcript,
            usage=charge.usage,
            cost=cost,
            model=answer.model or self.settings.model,
            latency_s=latency,
            cached=False,
            finish_reason=answer.finish_reason,
        )

    def _post(self, payload: bytes, charge: Charge) -> tuple[int, httpx.Headers, bytes]:
        """Status, headers and body of one request, read within the limits of time and size."""
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        deadline = self._clock() + self.settings.total_timeout_s
        url = f"{self.settings.base_url}/chat/completions"
        try:
            with self._http.stream("POST", url, content=payload, headers=headers) as response:
                ok = response.status_code == 200
                charge.lost = ok
                return response.status_code, response.headers, self._read(response, deadline, whole=ok)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise TryAgain(f"no connection to {self.settings.base_url} ({type(error).__name__}: {error})") from None
        except httpx.RequestError as error:
            charge.lost = True
            limit = f" after {self.settings.timeout_s:g} s of silence" if isinstance(error, httpx.ReadTimeout) else ""
            raise TryAgain(f"the answer was lost{limit} ({type(error).__name__}: {error})") from None

    def _read(self, response: httpx.Response, deadline: float, *, whole: bool) -> bytes:
        limit = self.settings.max_body_mb * 2**20 if whole else LONGEST_FAULT
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > limit:
                if not whole:
                    break
                raise EndpointError(f"{self._where}: found an answer of more than {self.settings.max_body_mb} MiB")
            if self._clock() > deadline:
                raise TryAgain(f"the answer was not complete after {self.settings.total_timeout_s:g} s")
        return bytes(body)

    def _check_fault(self, document: Mapping[str, Any], body: bytes, charge: Charge) -> None:
        """An error object sent with status 200, as gateways do when the model behind them fails."""
        fault = document.get("error")
        if not fault or document.get("choices"):
            return
        charge.lost = False
        message = server_message(body, self._key)
        code = fault.get("code") if isinstance(fault, dict) else None
        if isinstance(code, int) and 300 <= code < 600:
            check_status(self.settings, code, message, None)
        raise TryAgain(f"found an error in place of an answer: {message}")

    def _check_words(self, answer: Answer) -> None:
        if answer.text.strip() or answer.transcript.strip() or answer.audio is not None:
            return
        if answer.finish_reason == "content_filter":
            raise EndpointError(f"{self._where}: found no words, the server's content filter withheld them")
        if answer.finish_reason == "length":
            raise EndpointError(f"{self._where}: found no words within max_tokens; expected an answer, raise the limit")
        raise TryAgain("found an answer without words or sound")

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after_s if isinstance(error, TryAgain) else None
        return max(self._backoff(state), asked or 0.0)

    def _report(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        wait = state.next_action.sleep if state.next_action else 0.0
        logger.info("%s: %s; attempt %d in %.1f s", self._where, error, state.attempt_number + 1, wait)
