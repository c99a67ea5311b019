"""Texts in two languages: what they are to programs and to readers, and what is put into them."""

import copy
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
from markupsafe import Markup, escape

from echomind.words import Text, cached, catalogue, counted, for_scripts, here, joined, language, speaking, t

HOSTILE = "<img src=x onerror=alert(1)> {0} {model} %s 排名"


def test_a_text_is_its_english_to_programs():
    text = t("Sort by {title}", title="WER")
    assert text == "Sort by WER" and hash(text) == hash("Sort by WER")
    assert json.dumps(text) == '"Sort by WER"' and orjson.dumps(text) == b'"Sort by WER"'
    with speaking("zh"):
        assert text == "Sort by WER" and str(text) == "Sort by WER"


def test_a_text_is_shown_in_the_language_of_who_asked():
    text = t("Sort by {title}", title="WER")
    assert here(text) == "Sort by WER" and type(here(text)) is str
    with speaking("zh"):
        assert here(text) == "按WER排序" and escape(text) == "按WER排序"
        with speaking("en"):
            assert here(text) == "Sort by WER"
        assert language() == "zh"
    assert language() == "en"


def test_texts_in_texts_are_shown_too_and_data_stay_as_they_are():
    inner = t("{title} ({name})", title=t("Rank"), name="Rank")
    with speaking("zh"):
        assert here(inner) == "名次（Rank）"
        assert here("Rank") == "Rank"


@pytest.mark.parametrize("which", ["en", "zh"])
def test_what_is_put_in_stays_text_in_html(which):
    with speaking(which):
        made = escape(t("Keep {name} on top", name=HOSTILE))
        assert isinstance(made, Markup) and escape(HOSTILE) in made and "<" not in made
        assert HOSTILE in here(t("Keep {name} on top", name=HOSTILE))


def test_html_in_a_text_stays_html_and_its_neighbours_are_escaped():
    with speaking("zh"):
        made = escape(t("Your receipt is {receipt}; it is kept.", receipt=Markup("<code>1</code>")))
        assert made == "你的回执是 <code>1</code>；已保存。"


def test_numbers_keep_their_formats_and_plurals_their_number():
    assert here(counted(1, "1 file", "{n:,} files")) == "1 file"
    assert here(counted(2000, "1 file", "{n:,} files")) == "2,000 files"
    with speaking("zh"):
        assert here(counted(2000, "1 file", "{n:,} files")) == "2,000 个文件"
        assert escape(counted(2000, "1 file", "{n:,} files")) == "2,000 个文件"


def test_several_texts_have_the_separator_of_the_language():
    line = joined(t("; "), (t("Rank"), "<b>", t("Model")))
    assert line == "Rank; <b>; Model"
    with speaking("zh"):
        assert here(line) == "名次；<b>；模型"
        assert escape(line) == "名次；&lt;b&gt;；模型"
    assert joined(t("; "), []) == ""


def test_a_text_outlives_copies():
    text = copy.deepcopy(t("Sort by {title}", title=t("Rank")))
    assert isinstance(text, Text)
    with speaking("zh"):
        assert here(text) == "按名次排序"


def test_what_is_kept_is_kept_for_each_language():
    calls = []

    @cached(10)
    def made(key):
        calls.append(key)
        return here(t("Rank")) + key

    assert made("1") == "Rank1"
    with speaking("zh"):
        assert made("1") == "名次1"
    assert made("1") == "Rank1" and calls == ["1", "1"]


def test_two_who_ask_at_once_do_not_mix():
    met = threading.Barrier(2)

    def ask(which):
        found = set()
        with speaking(which):
            for _ in range(200):
                met.wait(30)
                found.add(here(t("Rank")))
        return found

    with ThreadPoolExecutor(2) as two:
        assert list(two.map(ask, ["en", "zh"])) == [{"Rank"}, {"名次"}]


def test_scripts_get_words_in_another_language_only():
    assert for_scripts() == {}
    with speaking("zh"):
        assert for_scripts()["Copied"] == "已复制"
        assert set(for_scripts()) <= set(catalogue())
