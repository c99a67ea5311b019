"""Check prediction files, submit them, and wait for the scores: ``python examples/submit.py ADDRESS FILE...``"""

import json
import os
import sys
import time

from gradio_client import Client, handle_file

client, files = Client(sys.argv[1], verbose=False), [handle_file(path) for path in sys.argv[2:]]
form = {"board": "echomind-mini", "model": "My model", "prompt": "basic", "voice": "tts"}
check = client.predict(files, form=form, api_name="/check_submission")
if not check["ok"]:
    sys.exit("\n".join(problem["line"] for problem in check["problems"]))
receipt = client.predict(files, form, os.environ.get("ECHOMIND_KEY", ""), api_name="/submit")
while not (status := client.predict(receipt["id"], api_name="/submission_status"))["done"]:
    time.sleep(2)
json.dump(status, sys.stdout, indent=2)
