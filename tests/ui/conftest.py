"""The real app in a process of its own, and Debian's Chromium with a fake microphone: shared by all browser tests."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import httpx
import numpy as np
import pytest
import soundfile
import soxr
from pydantic import SecretStr

from echomind.settings import ROOT, Settings

START_S = 240  # a machine that also trains starts slowly
LEAVING = "AbortError: signal is aborted without reason"  # gradio's word for what a page still waited for when left
PAUSE_S = (1.0, 2.0)  # silence before and after the words of the fake microphone, which plays them in a loop
# Playwright's own list, which another one takes the place of, and what Chromium loads for its address bar: two pages of
# its own beside each visitor's, which took as long as ours.
WITHOUT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,"
    "TcpPortRandomizationWin,OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup"
)
FLAGS = [
    f"--disable-features={WITHOUT}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


@pytest.fixture(scope="session")
def chromium():
    """Path of Debian's Chromium, installed where it is missing and that is possible."""
    if not shutil.which("chromium") and os.geteuid() == 0:
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=True, env=environment)
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("the browser tests need Chromium; on Debian: apt-get install chromium")
    return path


@pytest.fixture(scope="session")
def spoken_words(tmp_path_factory):
    """An example clip as the fake microphone wants it: 48 kHz, 16 bit, with silence around."""
    samples, rate = soundfile.read(ROOT / "assets" / "examples" / "walk_neutral.ogg")
    samples = soxr.resample(samples, rate, 48_000)
    before, after = (np.zeros(round(seconds * 48_000)) for seconds in PAUSE_S)
    path = tmp_path_factory.mktemp("microphone") / "words.wav"
    soundfile.write(path, np.concatenate([before, samples, after]), 48_000, subtype="PCM_16")
    return SimpleNamespace(path=path, seconds=len(samples) / 48_000 + sum(PAUSE_S))


@pytest.fixture(scope="session")
def browser(chromium, spoken_words):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={spoken_words.path}"]
        running = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield running
        running.close()


@pytest.fixture(scope="module")
def run_app(tmp_path_factory):
    """Starts an app as ``apps`` does; it ends with the module, for one that stands by takes a twentieth of a core."""
    with apps(tmp_path_factory) as start:
        yield start


@contextlib.contextmanager
def apps(tmp_path_factory):
    """Starts ``app.py`` on a free port with the settings that are set; its temporary files go to ``temporary``.

    ``prepare`` gets the folder of its data first, which is ``data`` afterwards; ``environ`` goes to the process.
    """
    running = []

    def start(settings: Settings, prepare=None, environ=None) -> SimpleNamespace:
        folder = tmp_path_factory.mktemp("app")
        temporary, log = folder / "tmp", folder / "log.txt"
        temporary.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("ECHOMIND_", "GRADIO_"))
        }
        environment |= {
            f"ECHOMIND_{name.upper()}": spelled(getattr(settings, name)) for name in settings.model_fields_set
        }
        if prepare is not None:
            prepare(folder / "var")
        data = settings.data_dir if "data_dir" in settings.model_fields_set else folder / "var"
        environment |= {"ECHOMIND_DATA_DIR": str(data), "ECHOMIND_PORT": str(port), "TMPDIR": str(temporary)}
        environment |= {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"} | (environ or {})
        with log.open("w") as out:
            process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=out, stderr=out)
        running.append(process)
        url = f"http://127.0.0.1:{port}/"
        wait_until_served(url, process, log)
        return SimpleNamespace(url=url, temporary=temporary, log=log, data=folder / "var", process=process)

    try:
        yield start
    finally:
        for process in running:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in running:
            process.wait(60)  # workers give back what they hold; a busy machine takes its time


def spelled(value):
    """A setting as an environment variable spells it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def wait_until_served(url, process, log):
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=5).status_code == 200:
                return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)  # it has ended, or there is time for another look
            break
    pytest.fail(f"the app did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="module")
def serve(run_app):
    """Serves the app with given settings and returns its address."""
    return lambda settings: run_app(settings).url


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory):
    with apps(tmp_path_factory) as start:
        yield start(Settings())


@pytest.fixture(scope="module")
def served(shared_app):
    """The address of an app with no settings, for all modules; it sleeps between them, for standing by takes time."""
    shared_app.process.send_signal(signal.SIGCONT)
    yield shared_app.url
    shared_app.process.send_signal(signal.SIGSTOP)


@pytest.fixture
def visit(browser, request):
    """Opens a page as a new visitor, at a size and scheme.

    Afterwards: no error in the console but for those with ``forgive``d words, and no request to another host.
    A page that is reloaded or left may name the requests that this ended.
    """
    contexts, faults, forgiven = [], [], [LEAVING]

    def go(path, ready, width=1440, height=900, scheme="light", base=None, before="", forgive=()):
        forgiven.extend(forgive)
        base = base or request.getfixturevalue("served")
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, permissions=["microphone"]
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        if before:
            page.add_init_script(before)
        page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
        page.on(
            "console", lambda message: faults.append(f"console: {message.text}") if message.type == "error" else None
        )
        page.on(
            "request",
            lambda sent: (
                None if sent.url.startswith((base, "data:", "blob:")) else faults.append(f"request: {sent.url}")
            ),
        )
        page.goto(f"{base}{path}", wait_until="domcontentloaded")
        page.wait_for_selector(ready)
        return page

    yield go
    for context in contexts:
        context.close()
    assert [fault for fault in faults if not any(words in fault for words in forgiven)] == []
