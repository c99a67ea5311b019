"""Models side by side, as HTML: where a recording would go, then each model's reply, its times and its cost."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from echomind.talk.contestants import FLOOR, Contestant, Replied, cost_words, hosts_of
from echomind.ui.markup import h, together
from echomind.words import joined, t

HOW_TO_ADD = t(
    "Whoever runs this server adds models in the setting ECHOMIND_TALK_MODELS: models of transformers "
    "(transformers:HUB-ID) and OpenAI-compatible endpoints (endpoint:NAME, set up in ECHOMIND_ENDPOINTS)."
)
TIMES = t(
    "Times count from the clip to the words; for EchoMind they include recognising the words. EchoMind writes its "
    "reply piece by piece, the others send it whole. The words-only reader is EchoMind's own decoder without its ears."
)


def heading() -> Markup:
    """The section's title."""
    small = h("small", t("Up to three models answer the same clip, each by itself, without what was said before."))
    return h("h2", t("Other models, same clip"), small, class_="em-part em-contrast-title")


def model_name(who: Contestant) -> str:
    """A model as the page shows it: those of the settings have names, and the floor has words."""
    return t("EchoMind (words only)") if who.spec == FLOOR else who.name


def where(chosen: Sequence[Contestant], *, alone: bool) -> Markup:
    """What is sent where, before it is sent; ``alone``: no other model is configured, and how to add one is told."""
    ours = [model_name(one) for one in chosen if not one.host]
    lines: list[str] = [t("Stays on this server: {names}.", names=joined(t(", "), ours))] if ours else []
    lines += [
        t("Sent to {host}, if you agree below: the recording and the topic, for {name}.", host=one.host, name=one.name)
        for one in chosen
        if one.host
    ]
    return together(
        *[h("p", line, class_="em-fine") for line in lines or [t("Choose a model.")]],
        h("p", HOW_TO_ADD, class_="em-fine") if alone else None,
    )


def send_label(chosen: Sequence[Contestant]) -> str:
    """What the button says that sends the clip to others: to whom."""
    hosts = hosts_of(tuple(chosen))
    return t("I agree: send the clip to {hosts}, and compare", hosts=joined(t(" and "), hosts)) if hosts else ""


def comparison(what: str, rows: Sequence[Replied]) -> Markup:
    """Which clip it is, and a card for each model."""
    return together(
        h("p", what, class_="em-fine", id="side-what"),
        h("div", [_card(row) for row in rows], class_="em-contrast"),
        h("p", TIMES, class_="em-fine") if all(row.ended for row in rows) else None,
    )


def _card(row: Replied) -> Markup:
    place = t("asked at {host}", host=row.who.host) if row.who.host else t("on this server")
    if row.problem:
        body = h("p", row.problem, role="alert", class_="em-status em-error")
    elif row.text:
        body = h("p", row.text, class_="em-contrast-reply", lang="en")
    else:
        body = h("p", "—" if row.ended else "…", class_="em-waiting")
    times = h("p", _times(row), class_="em-fine") if row.whole_s is not None else None
    return h(
        "section", h("h3", model_name(row.who)), h("p", place, class_="em-fine"), body, times, class_="em-contrast-card"
    )


def _times(row: Replied) -> str:
    if row.first_s is None:
        times = t("whole reply {s:.1f} s", s=row.whole_s)
    else:
        times = t("first words {first:.1f} s, whole reply {s:.1f} s", first=row.first_s, s=row.whole_s)
    return t("{times}, cost {cost}", times=times, cost=cost_words(row.cost_usd)) if row.who.host else times
