"""The events of a page, private ones too, as anybody can call them by HTTP."""

import secrets

import httpx


def called(url, function, data, query="", event_data=None, cookie=""):
    """What an event answers to somebody who speaks HTTP, as text."""
    session = secrets.token_hex(6)
    asked = {"data": data, "fn_index": function, "session_hash": session, "event_data": event_data}
    headers = {"Cookie": f"session={cookie}"} if cookie else {}
    with httpx.Client(timeout=30, headers=headers) as client:
        client.post(f"{url}gradio_api/queue/join{query}", json=asked).raise_for_status()
        said = []
        with client.stream("GET", f"{url}gradio_api/queue/data?session_hash={session}") as stream:
            for line in stream.iter_lines():
                said.append(line)
                if "process_completed" in line or "close_stream" in line:
                    break
    return "\n".join(said)


def events(url, page):
    """The events of a page that reach the server, as (id, types of their inputs)."""
    config = httpx.get(f"{url}config").json()
    types = {component["id"]: component["type"] for component in config["components"]}
    wanted = set(config["page"][page]["dependencies"])
    return [
        (found["id"], [types[i] for i in found["inputs"]])
        for found in config["dependencies"]
        if found["id"] in wanted and found["backend_fn"]
    ]
