"""The same wait as in ``talk_latency``, through Chromium: its fake microphone plays the clip when it is opened."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx
import numpy as np
import soundfile
import soxr

from bench.talk_played import BEFORE_S, Spoken, around
from echomind.audio import SAMPLE_RATE
from echomind.settings import ROOT

FEW, PORT, RATE = 5, 7_999, 48_000
PATIENCE_MS = 120_000
# Notes when the microphone was opened, and when the first text and the first sound of the reply were there.
WATCH = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await open(wanted);
  window.emAt = { open: performance.now() };
  return stream;
};
const look = () => {
  const at = window.emAt;
  if (at && !at.text && (document.querySelector(".em-reply-text")?.textContent ?? "…").trim() !== "…")
    at.text = performance.now();
  if (at && !at.sound && document.querySelector(".em-voice[data-spoken=true]")) at.sound = performance.now();
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def in_browser(clips: list[Spoken]) -> None:
    """Serve the app, let a browser speak the first clips, and print the waits."""
    from playwright.sync_api import sync_playwright

    environment = os.environ | {"ECHOMIND_PORT": str(PORT), "ECHOMIND_TURNS_PER_MINUTE": "0"}
    app = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    url, waits = f"http://127.0.0.1:{PORT}/", list[tuple[float, float]]()
    try:
        _wait_until_served(url)
        with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
            for number, spoken in enumerate([clips[0], *clips[:FEW]]):
                at = _one(playwright, url, spoken, Path(folder) / f"{number}.wav")
                ended = at["open"] + 1000 * (BEFORE_S + spoken.end)
                text, sound = ((at.get(what, np.nan) - ended) / 1000 for what in ("text", "sound"))
                cold = "" if number else "  (the first, with a model that is still loading)"
                print(f"{spoken.clip.name:50} text {text:5.2f}  sound {sound:5.2f}{cold}", flush=True)
                waits += [(text, sound)] if number else []
    finally:
        app.terminate()
        app.wait(60)
    print(f"in a browser: first text {median(w[0] for w in waits):.2f} s, sound {median(w[1] for w in waits):.2f} s")


def _wait_until_served(url: str) -> None:
    for _ in range(240):
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise RuntimeError(f"{url}: found nothing served after two minutes")


def _one(playwright: object, url: str, spoken: Spoken, path: Path) -> dict[str, float]:
    """One turn in a browser of its own, whose microphone plays only this clip."""
    sound = soxr.resample(around(spoken.clip), SAMPLE_RATE, RATE)
    soundfile.write(path, np.concatenate([sound, np.zeros(60 * RATE)]), RATE, subtype="PCM_16")
    flags = ["--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    flags.append(f"--use-file-for-fake-audio-capture={path}")
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)  # type: ignore[attr-defined]
    try:
        page = browser.new_context(permissions=["microphone"]).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(WATCH)
        page.goto(url)
        page.click("[data-speak]")
        page.wait_for_function("() => window.emAt?.text && window.emAt?.sound")
        found: dict[str, float] = page.evaluate("window.emAt")
        return found
    finally:
        browser.close()
