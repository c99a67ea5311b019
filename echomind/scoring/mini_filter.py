"""Which written reasoning items of EchoMind-Mini are asked: those whose never-right option does not show by its words.

``python -m echomind.scoring.mini_filter --write`` prints how well the fillers can be spotted and writes the list of
items left out (``benchmark/data/mini_left_out.jsonl``). Each item has an option for each delivery and one that fits
none; who recognises that filler without listening answers one in three instead of one in four. Classifiers that know
only words of other scripts find some fillers, since people who write what does not fit fall into habits. As in
adversarial filtering (AFLite: Le Bras et al. 2020; Sakaguchi et al. 2020), the items found most easily are dropped, a
few at a time, until no classifier spots fillers more often than luck would (one-sided, 5 %).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB

from echomind.benchmark.mini_scripts import LEFT_OUT, load_mini_scripts

FOLDS = 21  # six scripts each
AT_A_TIME = 6
LUCK = 1.645  # standard errors
WORD = r"[a-z']+"


@dataclass(frozen=True)
class Written:
    """One item: its options' texts by the delivery they fit, and ``"other"`` for the filler."""

    script: str
    type: str
    options: dict[str, str]

    @property
    def id(self) -> str:
        """``script/type``, unique."""
        return f"{self.script}/{self.type}"


def written_items() -> list[Written]:
    """Every reasoning item that lies with the scripts."""
    return [
        Written(script.id, item.type, {option.fits: option.text for option in item.options})
        for script in load_mini_scripts()
        for item in script.reasoning
    ]


def _classifiers() -> dict[str, ClassifierMixin]:
    return {"logistic regression": LogisticRegression(max_iter=1000), "naive Bayes": BernoulliNB()}


def suspicion(items: Sequence[Written], classifier: str, by_type: bool) -> list[dict[str, float]]:
    """Log odds that each option is a filler, for each item by role, from a model that has not seen its script."""
    found: list[dict[str, float]] = [{} for _ in items]
    scripts = sorted({item.script for item in items})
    fold_of = {script: number % FOLDS for number, script in enumerate(scripts)}
    for kind in sorted({item.type for item in items}) if by_type else [""]:
        rows = [(n, role) for n, item in enumerate(items) if kind in ("", item.type) for role in item.options]
        words = CountVectorizer(binary=True, token_pattern=WORD).fit_transform(
            [items[n].options[role] for n, role in rows]
        )
        filler = np.array([role == "other" for _, role in rows])
        folds = np.array([fold_of[items[n].script] for n, _ in rows])
        for fold in sorted(set(folds.tolist())):
            new = folds == fold
            model = _classifiers()[classifier].fit(words[~new], filler[~new])  # type: ignore[attr-defined]
            odds = np.diff(model.predict_log_proba(words[new]), axis=1)[:, 0]
            for (n, role), value in zip([r for r, here in zip(rows, new, strict=True) if here], odds, strict=True):
                found[n][role] = float(value)
    return found


def spotted(items: Sequence[Written]) -> dict[str, tuple[float, list[dict[str, float]]]]:
    """How often each classifier takes the filler for the option least like one (1/4 by luck), with its log odds."""
    found = {}
    for name in _classifiers():
        for by_type in (False, True):
            odds = suspicion(items, name, by_type)
            taken = float(np.mean([min(item, key=item.__getitem__) == "other" for item in odds]))
            found[f"{name}, {'each type' if by_type else 'all types'}"] = (taken, odds)
    return found


def kept_items() -> list[Written]:
    """The items that remain when fillers can no longer be spotted."""
    items = written_items()
    while True:
        found = spotted(items)
        least = 0.25 - LUCK * (0.25 * 0.75 / len(items)) ** 0.5
        if min(taken for taken, _ in found.values()) >= least:
            return items
        margin = np.zeros(len(items))
        for _, odds in found.values():
            gap = np.array([o["other"] - np.mean([v for role, v in o.items() if role != "other"]) for o in odds])
            margin += gap / gap.std()
        worst = set(np.argsort(-margin, kind="stable")[:AT_A_TIME].tolist())
        items = [item for n, item in enumerate(items) if n not in worst]


def main(arguments: list[str] | None = None) -> int:
    """Print what the filter finds; ``--write`` replaces the list of items left out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    whole, kept = written_items(), kept_items()
    for name, items in (("all", whole), ("kept", kept)):
        for classifier, (taken, _) in spotted(items).items():
            sys.stdout.write(f"{name} {len(items)} items: {classifier} takes the filler in {taken:.3f} (luck 0.25)\n")
    if options.write:
        left = sorted({item.id for item in whole} - {item.id for item in kept})
        LEFT_OUT.write_text("".join(f"{json.dumps(entry)}\n" for entry in left), encoding="utf-8")
        sys.stdout.write(f"{len(left)} items left out, in {LEFT_OUT}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
