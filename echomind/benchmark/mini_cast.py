"""Who says each delivery of EchoMind-Mini, and what is therefore true of the clip; decided from a seed, without sound.

- The three deliveries of a script about the voice's use or the surroundings have one speaker: same voice, same pitch,
  same words, so that nothing but the cue tells them apart.
- Scripts about the speaker need other speakers by nature. ``male`` and ``female`` are plain voices of that gender,
  ``child`` is made from a female voice, ``elderly`` from a voice of the gender the script's other cue names (else of
  the neutral one). The neutral delivery is an adult, half of them men, half women: a gender can be heard in it, it
  means nothing, and no question whose answer would need "nobody in particular" is asked of it. (The released code of
  EchoMind leaves these deliveries out altogether.)
- Voices: those of flite and festival from which PocketSphinx reads under 20 % of the words wrong, over all sentences of
  the set plainly said (about: rms 8, festival's slt 10, kal16 11, awb 13, flite's slt 18; left out: festival's kal with
  29, its ked and flite's kal). Dealt out by lot, each as often as the others of its gender; no sentence has a say.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

from echomind.benchmark.items import STYLES, Style
from echomind.benchmark.mini_added_scripts import AddedScript
from echomind.benchmark.mini_scripts import MiniScript
from echomind.taxonomy import CATEGORY_OF, NEUTRAL, OFFICIAL_CUES, official_cues_of

VOICES: dict[str, tuple[str, ...]] = {
    "male": ("flite:rms", "flite:awb", "flite:kal16"),
    "female": ("flite:slt", "festival:cmu_us_slt_arctic_hts"),
}
# The five official music strings merge into one attribute; what the script's replies say picks one.
_MUSIC = {
    "mini-081": "exciting",  # a band with a drummer at the start of a run
    "mini-113": "happy",  # music to dance to in the kitchen
    "mini-121": "sad",  # somebody practises a slow piece
    "mini-122": "happy",  # a dance
    "mini-123": "funny",  # a sing-along among friends
    "mini-124": "sad",  # "play the slow one again"
}
_CHILDREN = "sound of children playing"  # squeals and laughter among the voices
# What a cue leaves open, categories or attributes: a listener could well hear it too, so no option may claim it.
_OPEN: dict[str, tuple[str, ...]] = {
    "child": ("gender",),
    "elderly": ("speed", "hoarse", "tired", "breath"),
    "hoarse": ("age",),
    "breath": ("speed", "nve", "emotion"),
    "tired": ("speed", "nve", "emotion"),
    "sobbing": ("speed", "nve", "emotion"),
    "happy": ("speed", "volume"),
    "sad": ("speed", "volume", "physiological"),
    "surprise": ("speed", "volume"),
    "angry": ("speed", "volume"),
    "fear": ("speed", "physiological"),
    "disgust": ("speed", "physiological"),
    "shout": ("emotion", "hoarse"),
    "whisper": ("gender", "age", "speed", "emotion", "hoarse", "breath"),
    "fast": ("emotion",),
    "slow": ("emotion", "physiological", "age"),
    "cough": ("physiological",),
    "sigh": ("emotion", "physiological", "speed"),
    "laughter": ("emotion",),
    "yawn": ("physiological", "speed"),
    "moan": ("emotion", "physiological", "speed"),
}
# Sounds that contain the other, or that even a good ear may take for it: not offered against each other.
_ALIKE: dict[str, tuple[str, ...]] = {
    "thunderstorm": ("rain", "wind"),
    "rain": ("thunderstorm",),
    "wind": ("thunderstorm",),
    "cheering": ("applause", "chatter"),
    "applause": ("cheering",),
    "children": ("chatter", "cheering"),
    "chatter": ("children",),
    "alarm": ("ringtone",),
    "ringtone": ("alarm", "music"),
    "music": ("ringtone",),
}


@dataclass(frozen=True)
class Part:
    """One delivery to be made. ``number`` is the script's; ``voice`` an ``engine:name``; ``gender`` that of the voice.

    ``spoken_info`` is the official cue string, ``"neutral"`` for the neutral delivery.
    """

    script: str
    number: int
    style: Style
    cue: str
    target: str
    spoken_info: str
    topic: str
    text: str
    voice: str
    gender: str

    @property
    def file(self) -> str:
        """Official file name; as there, all three deliveries carry the target's cue, by its short id where it has one.

        ``id_{n}_{cue}_{topic}_{style}.ogg``
        """
        environment = CATEGORY_OF[self.target] in ("weather", "location", "voices", "event", "other")
        cue = spoken_info(self.script, self.target) if environment else self.target
        return f"id_{self.number}_{cue}_{self.topic}_{self.style}.ogg"

    @property
    def mood(self) -> str | None:
        """Kind of music; ``None`` where the cue is not music."""
        return OFFICIAL_CUES[self.spoken_info][1] if self.cue == "music" else None

    def lacks(self, attribute: str) -> bool:
        """Whether it is certain by construction, and clear to an ear, that the clip does not have the attribute."""
        category = CATEGORY_OF[attribute]
        unclear = (*_OPEN.get(self.cue, ()), *_ALIKE.get(self.cue, ()))
        if category in unclear or attribute in unclear:
            return False
        return attribute != (self.gender if category == "gender" else self.cue)


def spoken_info(script_id: str, cue: str) -> str:
    """Official string of a cue in a script; ``"neutral"`` for none."""
    if cue == NEUTRAL:
        return NEUTRAL
    if cue == "music":
        return f"sound of {_MUSIC[script_id]} music"
    return _CHILDREN if cue == "children" else official_cues_of(cue)[0]


def cast(scripts: Sequence[MiniScript], seed: int) -> dict[tuple[str, Style], Part]:
    """Every delivery of every script, by script id and style. The same scripts and seed give the same cast."""
    parts: dict[tuple[str, Style], Part] = {}
    for script, genders, voices in _lots(scripts, seed):
        for style in STYLES:
            cue = script.cue(style)
            gender = genders[cue] if cue in genders else genders[NEUTRAL]
            parts[script.id, style] = Part(
                script=script.id,
                number=int(script.id.removeprefix("mini-")),
                style=style,
                cue=cue,
                target=script.target,
                spoken_info=spoken_info(script.id, cue),
                topic=script.topic,
                text=script.text,
                voice=voices[gender],
                gender=gender,
            )
    return parts


def _lots(
    scripts: Sequence[MiniScript], seed: int
) -> Iterator[tuple[MiniScript, Mapping[str, str], Mapping[str, str]]]:
    """For each script: gender of the voice by cue, and the voice of each gender."""
    rng = random.Random(f"{seed} cast")  # strings seed the same on every platform
    count = sum(isinstance(s, AddedScript) for s in scripts)
    by_half = {True: _halves(count, rng), False: _halves(len(scripts) - count, rng)}
    deal = {gender: cycle(rng.sample(names, len(names))) for gender, names in VOICES.items()}
    for script in scripts:
        neutral = next(by_half[isinstance(script, AddedScript)])
        named = [cue for cue in (script.target, script.alternative) if cue in VOICES]
        elderly = named[0] if named else neutral
        genders = {NEUTRAL: neutral, "male": "male", "female": "female", "child": "female", "elderly": elderly}
        heard = {genders.get(script.cue(style), neutral) for style in STYLES}
        yield script, genders, {gender: next(deal[gender]) for gender in sorted(heard)}


def _halves(count: int, rng: random.Random) -> Iterator[str]:
    genders = [("male", "female")[i % 2] for i in range(count)]
    rng.shuffle(genders)
    return iter(genders)


def is_about_the_speaker(script: MiniScript) -> bool:
    """Whether the deliveries differ in who speaks (gender or age)."""
    return CATEGORY_OF[script.target] in ("gender", "age")
