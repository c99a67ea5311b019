"""Tiny checkpoints of the real classes with random weights, laid out as the published ones are.

Every byte is a token, so that a prompt can be read back exactly from its ids. The templates are short ones of our own
that place the sound where the published ones do.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import torch
from tokenizers.pre_tokenizers import ByteLevel

MEL, WIDTH = 16, 32
CONTROL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|audio_bos|>",
    "<|AUDIO|>",
    "<|audio_eos|>",
    "<sound>",
    "<|vision_bos|>",
)
SPEECH = ("<tts_pad>", "<tts_bos>", "<tts_eos>")  # for the talkers
ROLES = ("system", "user", "assistant")  # one token each: Qwen3-Omni finds the turns by them
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{% for part in m['content'] %}{% if part['type'] == 'audio' %}SOUND{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
QWEN_SOUND, FLAMINGO_SOUND = "<|audio_bos|><|AUDIO|><|audio_eos|>", "<sound>"
ROPE = {"rope_type": "default", "rope_theta": 10_000.0}
M_ROPE = ROPE | {"mrope_section": [2, 3, 3]}  # half of a head's 16 values, over time, height and width


@lru_cache(maxsize=1)
def tokenizer():
    from transformers import Qwen2Tokenizer

    prefixes = [[role[: n + 1] for n in range(1, len(role))] for role in ROLES]
    vocabulary = [*sorted(ByteLevel.alphabet()), *(piece for role in prefixes for piece in role), *CONTROL, *SPEECH]
    made = Qwen2Tokenizer(
        vocab={token: i for i, token in enumerate(vocabulary)},
        merges=[(piece[:-1], piece[-1]) for role in prefixes for piece in role],
        eos_token="<|im_end|>",
        extra_special_tokens={
            "audio_token": "<|AUDIO|>",
            "audio_bos_token": "<|audio_bos|>",
            "audio_eos_token": "<|audio_eos|>",
        },
    )
    made.add_tokens([*CONTROL, *SPEECH], special_tokens=True)
    return made


def ears(seconds: int):
    from transformers import WhisperFeatureExtractor

    return WhisperFeatureExtractor(feature_size=MEL, chunk_length=seconds, return_attention_mask=True)


def save(model_class, config, processor, folder: Path) -> Path:
    torch.manual_seed(0)
    model = model_class(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if weights.ndim > 1:  # wide, so that a random model reacts to what it hears; vocoders would clip
                weights.normal_(std=0.12 if name.startswith(("token2wav", "code2wav")) else 0.3)
    model.save_pretrained(folder)
    if processor is not None:
        processor.save_pretrained(folder)
    return folder


def omni_parts(folder: Path, processor_class: str, seconds: int) -> Path:
    """The files of the processor as they are published: one for ears and eyes together, one for the template."""
    sight = {"image_processor_type": "Qwen2VLImageProcessor", "patch_size": 14, "merge_size": 2}
    heard_and_seen = ears(seconds).to_dict() | sight | {"processor_class": processor_class}
    (folder / "preprocessor_config.json").write_text(json.dumps(heard_and_seen))
    template = {"chat_template": TEMPLATE.replace("SOUND", QWEN_SOUND)}
    (folder / "chat_template.json").write_text(json.dumps(template))
    tokenizer().save_pretrained(folder)
    return folder


def token(text: str) -> int:
    return tokenizer().convert_tokens_to_ids(text)


def text_sizes(**more):
    sizes = {
        "vocab_size": len(tokenizer()),
        "hidden_size": WIDTH,
        "intermediate_size": WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": 4096,
    }
    return sizes | more


def whisper_sizes():
    return {
        "num_mel_bins": MEL,
        "encoder_layers": 1,
        "encoder_attention_heads": 2,
        "encoder_ffn_dim": 16,
        "d_model": 16,
        "max_source_positions": 1500,  # 30 s, which is fixed by the convolutions before it
    }


def sight_sizes():
    """Eyes are part of the omni classes; nothing here is ever seen."""
    return {"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": WIDTH}


def moe_sizes(**more):
    return text_sizes(num_experts=2, num_experts_per_tok=1, moe_intermediate_size=16, head_dim=16, **more)


def qwen2_audio(folder: Path) -> Path:
    from transformers import Qwen2AudioConfig, Qwen2AudioForConditionalGeneration, Qwen2AudioProcessor

    config = Qwen2AudioConfig(
        audio_config={"model_type": "qwen2_audio_encoder", **whisper_sizes()},
        text_config={"model_type": "qwen2", **text_sizes()},
        audio_token_index=token("<|AUDIO|>"),
    )
    processor = Qwen2AudioProcessor(ears(30), tokenizer(), chat_template=TEMPLATE.replace("SOUND", QWEN_SOUND))
    return save(Qwen2AudioForConditionalGeneration, config, processor, folder)


def audioflamingo3(folder: Path) -> Path:
    from transformers import (
        AudioFlamingo3Config,
        AudioFlamingo3ForConditionalGeneration,
        AudioFlamingo3Processor,
    )

    config = AudioFlamingo3Config(
        audio_config={"model_type": "audioflamingo3_encoder", **whisper_sizes()},
        text_config={"model_type": "qwen2", **text_sizes()},
        audio_token_id=token("<sound>"),
    )
    processor = AudioFlamingo3Processor(ears(30), tokenizer(), TEMPLATE.replace("SOUND", FLAMINGO_SOUND))
    return save(AudioFlamingo3ForConditionalGeneration, config, processor, folder)


def qwen2_5_omni(folder: Path) -> Path:
    from transformers import Qwen2_5OmniConfig, Qwen2_5OmniForConditionalGeneration

    config = Qwen2_5OmniConfig(
        thinker_config={
            "text_config": text_sizes(rope_parameters=M_ROPE),
            "audio_config": {**whisper_sizes(), "output_dim": WIDTH},
            "vision_config": {**sight_sizes(), "fullatt_block_indexes": [0]},
            "audio_token_index": token("<|AUDIO|>"),
            "audio_start_token_id": token("<|audio_bos|>"),
            "audio_end_token_id": token("<|audio_eos|>"),
            "vision_start_token_id": token("<|vision_bos|>"),  # published, though not a field of the class
        },
        talker_config={
            **text_sizes(vocab_size=8448, rope_parameters=M_ROPE, head_dim=16, embedding_size=WIDTH),
            "audio_token_index": token("<|AUDIO|>"),
            "tts_text_start_token_id": token("<tts_bos>"),
            "tts_text_end_token_id": token("<tts_eos>"),
            "tts_text_pad_token_id": token("<tts_pad>"),
        },
        token2wav_config={
            "dit_config": {
                "hidden_size": 16,
                "num_hidden_layers": 1,
                "num_attention_heads": 2,
                "head_dim": 8,
                "emb_dim": 8,
                "num_embeds": 8448,  # the published 8193 and room for the codes of none that a random talker says
                "mel_dim": 8,
                "enc_emb_dim": 8,
                "enc_dim": 8,
                "enc_channels": [8, 8, 8, 8, 24],
                "enc_attention_channels": 8,
                "enc_se_channels": 8,
                "look_ahead_layers": [0],
                "look_backward_layers": [0],
            },
            "bigvgan_config": {"mel_dim": 8, "upsample_initial_channel": 64},
        },
    )
    save(Qwen2_5OmniForConditionalGeneration, config, None, folder)
    voices = {
        name: {"bos_token": token("<tts_bos>"), "cond": torch.randn(1, 8), "ref_mel": torch.randn(1, 20, 8)}
        for name in ("Ethan", "Chelsie")
    }
    torch.save(voices, folder / "spk_dict.pt")
    return omni_parts(folder, "Qwen2_5OmniProcessor", seconds=40)


def qwen3_omni_moe(folder: Path) -> Path:
    from transformers import Qwen3OmniMoeConfig, Qwen3OmniMoeForConditionalGeneration

    # The talker never says one of its last 1024 tokens but the end; the 16 before them are the codes.
    control = {
        name: 1030 + i for i, name in enumerate(("eos_token", "nothink", "think_bos", "think_eos", "pad", "bos"))
    }
    config = Qwen3OmniMoeConfig(
        thinker_config={
            "text_config": moe_sizes(rope_parameters=M_ROPE),
            "audio_config": {**whisper_sizes(), "output_dim": WIDTH, "downsample_hidden_size": 8},
            "vision_config": {**sight_sizes(), "deepstack_visual_indexes": [0], "num_position_embeddings": 16},
            "audio_token_id": token("<|AUDIO|>"),
            "audio_start_token_id": token("<|audio_bos|>"),
            "user_token_id": token("user"),
            "vision_start_token_id": token("<|vision_bos|>"),  # published, though not a field of the class
        },
        talker_config={
            "text_config": moe_sizes(vocab_size=1040, rope_parameters=M_ROPE, shared_expert_intermediate_size=16),
            "code_predictor_config": {**text_sizes(vocab_size=16, head_dim=16), "num_code_groups": 2},
            "num_code_groups": 2,
            "thinker_hidden_size": WIDTH,
            "accept_hidden_layer": 1,
            "audio_token_id": token("<|AUDIO|>"),
            "speaker_id": {"chelsie": 1036, "ethan": 1037},
            "spatial_merge_size": 2,
            **{f"codec_{name}_id": i for name, i in control.items()},
        },
        code2wav_config={
            "codebook_size": 16,
            "hidden_size": 16,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "intermediate_size": 16,
            "num_hidden_layers": 1,
            "num_quantizers": 2,
            "decoder_dim": 32,
        },
        im_start_token_id=token("<|im_start|>"),
        im_end_token_id=token("<|im_end|>"),
        system_token_id=token("system"),
        user_token_id=token("user"),
        assistant_token_id=token("assistant"),
        tts_pad_token_id=token("<tts_pad>"),
        tts_bos_token_id=token("<tts_bos>"),
        tts_eos_token_id=token("<tts_eos>"),
    )
    save(Qwen3OmniMoeForConditionalGeneration, config, None, folder)
    return omni_parts(folder, "Qwen3OmniMoeProcessor", seconds=30)
