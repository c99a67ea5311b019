"""HumDial dialogues with replies, in the challenge's layout."""

import json

import numpy as np
import soundfile

from echomind.audio import SAMPLE_RATE

REPLIES = {"zh": "听起来你先开心，后来有些难过。", "en": "You began happy, and then you grew sad."}
TEXTS = {
    "zh": ("今天很好。", "可是我丢了钥匙。", "我的心情怎么变的？"),
    "en": ("A good day.", "I lost my keys.", "How did I feel?"),
}
EMOTIONS = ("happy", "sad", "neutral")


def dialogue(task=1, language="en", number=1, reply=None, **changes):
    """One line of a file: three turns, a reply to each as the model gave it, by default a good one."""
    said = REPLIES[language] if reply is None else reply
    turns = [
        {"turn_id": i, "text": text, "emotion": emotion, "split_audio_file": f"{i}.wav", "response_text": said}
        for i, (text, emotion) in enumerate(zip(TEXTS[language], EMOTIONS, strict=True), 1)
    ]
    return {"dialogue_id": f"task{task}_3_{language}_{number:04d}", "turns": turns, **changes}


def write_lines(path, *values):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in values) + "\n")
    return path


def write_sound(path, level=0.2):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, level * np.sin(np.arange(SAMPLE_RATE // 4) * 0.1), SAMPLE_RATE)
    return path


def write_challenge(root, languages=("zh", "en"), count=3, replies=None):
    """A whole tree: ``count`` dialogues a task and language, with sound for the judged turn of task 3."""
    for language in languages:
        for task in (1, 2, 3):
            folder = root / language / f"HD-Track1-T{task}"
            lines = [dialogue(task, language, n, replies) for n in range(1, count + 1)]
            write_lines(folder / f"HD-Track1-T{task}.jsonl", *lines)
            for line in lines if task == 3 else ():
                write_sound(folder / f"{line['dialogue_id']}_2_response.wav")
    return root
