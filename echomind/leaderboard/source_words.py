"""Which results are shown, in words: those that come with the app, or a commit of a data set on the Hub."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from echomind.leaderboard.hub_refresh import HubState
from echomind.words import Text, counted, joined, t

MOST_NAMED = 5  # of rows and files


def source_words(hub: HubState | None, now: datetime.datetime) -> list[Text]:
    """The sentences about the source: what is shown, how long ago it was looked for newer, and what is not in it."""
    if hub is None:
        return [t("Source: the snapshot that comes with the app.")]
    repo = hub.repo_id
    if hub.copy is None:
        return [
            t(
                "Source: the snapshot that comes with the app; {repo} on the Hub: {how}.",
                repo=repo,
                how=_how(hub),
            )
        ]
    commit, date = hub.copy.commit[:7], f"{hub.copy.at:%Y-%m-%d}"
    how = _how(hub) if hub.failing_since or hub.checked is None else t("checked {ago}", ago=_ago(now - hub.checked))
    said = t(
        "Source: {repo} on the Hub, commit {commit} of {date}, {how}.",
        repo=repo,
        commit=commit,
        date=date,
        how=how,
    )
    sentences = [said]
    if hub.copy.left_out:
        sentences.append(t("Left out because they are not valid: {files}.", files=_some(sorted(hub.copy.left_out))))
    if hub.missing:
        sentences.append(t("In the snapshot but not there, so not shown: {rows}.", rows=_some(hub.missing)))
    return sentences


def _how(hub: HubState) -> Text:
    if hub.failing_since is None:
        return t("being asked for newer results")
    since = f"{hub.failing_since:%Y-%m-%d %H:%M} UTC"
    if hub.unreachable:
        return t("out of reach since {since}", since=since)
    return t("no newer commit of it could be used since {since}", since=since)


def _ago(passed: datetime.timedelta) -> Text:
    minutes = int(passed.total_seconds() // 60)
    return t("just now") if minutes < 1 else counted(minutes, "{n} minute ago", "{n} minutes ago")


def _some(names: Sequence[str]) -> Text:
    named = joined(t(", "), names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return t("{names} and {n} more", names=named, n=more) if more > 0 else named
