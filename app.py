"""EchoMind's pages: ``python app.py`` serves them. What thinks lives in the package; this file only joins."""

from __future__ import annotations

import gc
import os
import signal
from contextlib import suppress
from typing import Any

# Gradio reads this when it is imported; unset, it looks up its analytics host at every start.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# Read when numpy is imported: for products as small as ours a second thread only spins, and takes others' time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from starlette.middleware import Middleware

from echomind.leaderboard.hub_refresh import open_refresh
from echomind.settings import Settings, get_settings
from echomind.submissions.desk import open_desk
from echomind.ui.language import GRADIO_LACKS, LanguageFirst
from echomind.ui.pages import build
from echomind.ui.removed_files import RemovedFiles
from echomind.ui.scheme import SchemeFirst
from echomind.ui.site import site_of
from echomind.ui.theme import head, stylesheet, theme

# Visitors and programs whose state is kept, those seen last. Each costs 0.6 MB before it has said a word, since gradio
# keeps every component's configuration for it, and each call of a program counts as one; its own limit is 10,000.
SESSIONS = 400


def options(settings: Settings) -> dict[str, Any]:
    """How the app is served, whatever its address."""
    return {
        "theme": theme(),
        "css": stylesheet(settings.assets_dir),
        "head": head(settings.assets_dir),
        "mcp_server": True,
        "run_history": False,  # it would keep every visitor's recordings in their browser
        "max_file_size": f"{settings.max_upload_mb}mb",
        "state_session_capacity": SESSIONS,
        "enable_monitoring": False,
        "footer_links": ["api"],
        "i18n": GRADIO_LACKS,
        "ssr_mode": False,
        "app_kwargs": {"middleware": [Middleware(RemovedFiles), Middleware(LanguageFirst), Middleware(SchemeFirst)]},
    }


def main() -> None:
    """Serve until stopped; what was received while it lasts is scored by workers of this process."""
    settings = get_settings()
    # So a Space is stopped: as after Ctrl+C, workers give back what they hold and the store is brought up to date.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with open_desk(settings) as desk, open_refresh(settings) as hub, suppress(KeyboardInterrupt):
        demo = build(site_of(settings, desk, hub))
        gc.collect()
        gc.freeze()  # the pages stay: looking through them again and again cost some answers a tenth of a second
        demo.launch(server_name=settings.address, server_port=settings.port, **options(settings))


if __name__ == "__main__":
    main()
