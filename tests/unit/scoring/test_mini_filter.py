from echomind.benchmark.mini_scripts import left_out
from echomind.scoring.mini_filter import LUCK, Written, spotted, suspicion, written_items


def test_the_filler_can_be_spotted_before_and_not_after_the_filter():
    whole = written_items()
    kept = [item for item in whole if item.id not in left_out()]
    assert len(whole) == 378 and len(kept) + len(left_out()) == len(whole)
    before = min(taken for taken, _ in spotted(whole).values())
    after = {name: taken for name, (taken, _) in spotted(kept).items()}
    least = 0.25 - LUCK * (0.25 * 0.75 / len(kept)) ** 0.5
    assert before < 0.12  # the filter has a reason
    assert min(after.values()) >= least, after


def test_every_type_keeps_enough_items():
    kept = [item for item in written_items() if item.id not in left_out()]
    counts = [sum(item.type == kind for item in kept) for kind in {item.type for item in kept}]
    assert len(counts) == 6 and min(counts) >= 30


def test_a_habit_is_found_in_scripts_that_were_not_seen():
    roles = ("target", "neutral", "alternative")
    items = [
        Written(f"s{n:02d}", "response_style_matching", {r: f"{r} {n}x" for r in roles} | {"other": f"dog {n}x"})
        for n in range(30)
    ]
    for classifier in ("logistic regression", "naive Bayes"):
        odds = suspicion(items, classifier, by_type=False)
        assert all(max(item, key=item.__getitem__) == "other" for item in odds)
