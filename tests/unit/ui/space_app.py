"""An app that runs as on a Space, in a process of its own: gradio reads its settings of OAuth when it is imported."""

import contextlib
import os
import subprocess
import sys

from echomind.settings import ROOT
from tests.unit.ui.openid_provider import CLIENT_ID, CLIENT_SECRET


@contextlib.contextmanager
def app_on_space(script, provider, folder, **settings):
    """Runs ``script``, which says ``at`` and its address and ends with its input; gives the address."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ECHOMIND_", "GRADIO_"))}
    environment |= {
        "SYSTEM": "spaces",
        "SPACE_ID": "me/echomind",
        "SPACE_HOST": "me-echomind.example.org",
        "OAUTH_CLIENT_ID": CLIENT_ID,
        "OAUTH_CLIENT_SECRET": CLIENT_SECRET,
        "OAUTH_SCOPES": "openid profile",
        "OPENID_PROVIDER_URL": provider.url,
        "ECHOMIND_SCORING_WORKERS": "0",
        "GRADIO_TEMP_DIR": str(folder / "gradio"),
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
    }
    environment |= {f"ECHOMIND_{name.upper()}": str(value) for name, value in settings.items()}
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        said = next((line for line in process.stdout if line.startswith("at ")), "")
        assert said, (folder / "log.txt").read_text()
        yield said.split()[1].rstrip("/")
        process.stdin.close()
        process.wait(30)
        process.stdout.close()
