import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import nltk.data
import pytest
from nltk.translate.meteor_score import meteor_score

from echomind.scoring import wordnet as module
from echomind.scoring.overlap import meteor, meteor_metric_id
from echomind.scoring.wordnet import NO_SYNONYMS, PlainWordNet, RememberedWordNet, installed_wordnet

NOUNS = [(("car", "auto"), "a machine with four wheels"), (("sofa", "couch", "sleep_sofa"), "a seat for several")]
LICENCE = "  1 made for a test; lines that start with a space are the licence  \n"


def made_wordnet(folder: Path) -> Path:
    """A WordNet of two nouns in the layout of Debian's package: wndb(5WN), no lexnames, no index.sense."""
    data, offsets = LICENCE, []
    for names, gloss in NOUNS:
        offsets.append(len(data))
        words = " ".join(f"{name} 0" for name in names)
        data += f"{offsets[-1]:08d} 06 n {len(names):02x} {words} 000 | {gloss}  \n"
    index = [f"{n} n 1 0 1 0 {at:08d}  \n" for (names, _), at in zip(NOUNS, offsets, strict=True) for n in names]
    for part in ("noun", "verb", "adj", "adv"):
        (folder / f"data.{part}").write_text(data if part == "noun" else LICENCE)
        (folder / f"index.{part}").write_text(LICENCE + "".join(sorted(index)) if part == "noun" else LICENCE)
        (folder / f"{part}.exc").write_text("autos auto\n" if part == "noun" else "")
    return folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])  # nltk reads only below the folders named here
    return made_wordnet(tmp_path)


@pytest.fixture
def nothing_installed(tmp_path, monkeypatch):
    """A machine without any WordNet; the test may install one."""
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path / "nltk_data")])
    monkeypatch.setattr(module, "DEBIAN", tmp_path / "debian")
    installed_wordnet.cache_clear()
    yield
    installed_wordnet.cache_clear()


def test_debians_files_are_read_without_what_debian_leaves_out(folder):
    words = PlainWordNet(str(folder))
    (car,) = words.synsets("auto")
    assert [lemma.name() for lemma in car.lemmas()] == ["car", "auto"]
    assert car.lexname() == "noun.artifact"
    assert words.synsets("train") == []


def test_the_45_lexicographer_files_have_their_published_places(folder):
    lines = [line.split() for line in PlainWordNet(str(folder)).open("lexnames")]
    assert [int(number) for number, _, _ in lines] == list(range(45))
    named = {int(number): (name, part) for number, name, part in lines}
    assert named[0] == ("adj.all", "3")
    assert named[3] == ("noun.Tops", "1")
    assert named[29] == ("verb.body", "2")
    assert named[44] == ("adj.ppl", "3")


def test_meteor_gives_credit_for_synonyms_as_nltk_does(folder):
    known = RememberedWordNet(PlainWordNet(str(folder)))
    pairs = [("take the car", "take the auto"), ("the couch is free", "the sofa is free"), ("a tree", "the house")]
    references, hypotheses = zip(*pairs, strict=True)
    values = meteor(references, hypotheses, known)
    assert values.tolist() == pytest.approx(
        [meteor_score([r.split()], h.split(), wordnet=PlainWordNet(str(folder))) for r, h in pairs]
    )
    without = meteor(references, hypotheses, NO_SYNONYMS)
    assert values[0] > without[0] + 0.3
    assert values[2] == without[2]


def test_each_word_is_looked_up_once_by_one_thread_at_a_time():
    class Counting:
        def __init__(self):
            self.asked, self.busy = [], Lock()

        def synsets(self, lemma):
            assert self.busy.acquire(blocking=False), "two threads inside the reader"
            self.asked.append(lemma)
            sum(range(500_000))  # long enough for the interpreter to switch threads
            self.busy.release()
            return [lemma]

    reader = Counting()
    words = RememberedWordNet(reader)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(words.synsets, ["a", "b", "a", "c"] * 20))
    assert found == [["a"], ["b"], ["a"], ["c"]] * 20
    assert sorted(reader.asked) == ["a", "b", "c"]
    assert words.synsets("a" * 101) == []
    assert len(reader.asked) == 3


def test_a_machine_without_wordnet(nothing_installed):
    assert installed_wordnet() is None
    assert meteor_metric_id() == "meteor_stem"


def test_debians_package_is_found(nothing_installed, tmp_path):
    (tmp_path / "debian").mkdir()
    made_wordnet(tmp_path / "debian")
    found = installed_wordnet()
    assert len(found.synsets("couch")) == 1
    assert installed_wordnet() is found
    assert meteor_metric_id() == "meteor"


@pytest.mark.parametrize("packed", [False, True])
def test_nltks_own_data_is_found_packed_or_not(nothing_installed, tmp_path, packed):
    folder = tmp_path / "nltk_data" / "corpora" / "wordnet"
    folder.mkdir(parents=True)
    made_wordnet(folder)
    if packed:
        shutil.make_archive(str(folder), "zip", folder.parent, "wordnet")
        shutil.rmtree(folder)
    assert [lemma.name() for lemma in installed_wordnet().synsets("car")[0].lemmas()] == ["car", "auto"]


def test_a_damaged_wordnet_is_not_taken_for_none(nothing_installed, tmp_path):
    (tmp_path / "debian").mkdir()
    (made_wordnet(tmp_path / "debian") / "index.noun").unlink()
    with pytest.raises(OSError, match=r"index\.noun"):
        installed_wordnet()
