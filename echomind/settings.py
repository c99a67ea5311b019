"""Every environment variable that changes what the app does, with its default.

The prefix is ``ECHOMIND_``. Nothing here is needed: without any setting the app runs offline from the repository.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from echomind.endpoint_settings import EndpointSettings, endpoints_from

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Settings read once at start from ``ECHOMIND_*`` variables."""

    model_config = SettingsConfigDict(env_prefix="ECHOMIND_", extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(7860, ge=0, le=65535)
    results_dir: Path = ROOT / "results"
    assets_dir: Path = ROOT / "assets"
    data_dir: Path = Field(ROOT / "var", description="where the app may write: submissions, caches")
    model: str = Field("", description="our model: a folder or a Hub id; empty means assets/model")
    asr: str = Field(
        "pocketsphinx", description="'pocketsphinx', or a Whisper folder or Hub id such as openai/whisper-small"
    )
    sentence_model: str = Field(
        "",
        description="SemSim: a sentence-transformers folder or Hub id such as Qwen/Qwen3-Embedding-0.6B; empty: MiniLM",
    )
    bertscore_model: str = Field(
        "", description="BERTScore: a folder or Hub id such as bert-base-uncased; empty: MiniLM"
    )
    judge_text: str = Field("", description="the endpoint that marks the words of replies, by its name in endpoints")
    judge_audio: str = Field("", description="the endpoint that hears and marks spoken replies, by its name")
    nisqa_model: str = Field("", description="NISQA: the published weights, nisqa.tar, or a folder that holds them")
    utmos_model: str = Field("", description="UTMOS: a TorchScript file, or a Hub id such as balacoon/utmos")
    voice_model: str = Field(
        "",
        description="replies are spoken by this text-to-speech model of transformers, a folder or Hub id such as "
        "facebook/mms-tts-eng (VITS); empty: flite where it is installed, else eSpeak NG",
    )
    help_country: str = Field(
        "international",
        description="whose help lines are given unless a visitor chooses: international, or an id of "
        "echomind/talk/help_lines.py such as us",
    )
    emotion_model: str = Field(
        "", description="EmoAlign: iic/emotion2vec_plus_large, or a folder or Hub id of another audio classifier"
    )
    device: str = Field("cpu", description="torch device of the model and of Whisper")
    threads: int = Field(
        1,
        ge=1,
        le=64,
        description="torch threads for one reply; more help where as many cores are free, for each step waits for all",
    )
    max_clip_s: float = Field(60.0, gt=0, le=600, description="longest clip taken, seconds")
    max_turn_s: float = Field(30.0, gt=0, le=600, description="longest turn that is spoken hands-free, seconds")
    turns_per_minute: int = Field(20, ge=0, description="turns of one visitor of the Talk page; 0: any number")
    talk_models: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="other models that visitors of the Talk page may ask beside ours, as evaluate --model names them, "
        "with commas between them: transformers:HUB-ID-OR-FOLDER, endpoint:NAME; what an endpoint costs is the "
        "operator's to pay, budget_usd bounds it",
    )
    max_upload_mb: int = Field(50, ge=1, le=1000)
    submissions_repo: str = Field(
        "",
        description="a private data set repository, owner/name, that keeps submissions (HF_TOKEN may write there); "
        "empty: only data_dir/submissions",
    )
    results_repo: str = Field(
        "",
        description="a data set repository, owner/name, whose folder results/ takes the place of results_dir once it "
        "was read (HF_TOKEN may read it, or everybody may); empty: only results_dir, nothing is asked of the Hub",
    )
    results_refresh_min: float = Field(
        15.0, ge=1, le=1440, description="minutes between two looks at results_repo; fewer than one never helps"
    )
    submissions_per_day: int = Field(10, ge=0, description="submissions taken of one sender in 24 hours; 0: any number")
    moderators: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Hugging Face user names, with commas between them, who may verify, hide and return submissions"
    )
    admin_token: SecretStr = Field(
        SecretStr(""),
        description="away from a Space, whoever shows it may hand in and moderate; empty: nobody moderates, "
        "and only who is at this machine hands in",
    )
    scoring_workers: int = Field(1, ge=0, le=64, description="submissions scored at a time by one process of the app")
    scoring_time_s: float = Field(1800.0, gt=0, description="longest scoring of one submission, seconds")
    scoring_memory_mb: int = Field(
        8192, ge=0, description="address space of one scoring process, MiB; 0, or a device other than cpu: no limit"
    )
    echomind_set: str = Field(
        "",
        description="EchoMind's references, for uploads to its board: a folder in the published layout, or a Hub id "
        "such as hlt-cuhksz/EchoMind[@revision]; empty: uploads to that board are not taken",
    )
    humdial_set: str = Field(
        "",
        description="HumDial's test set, for uploads to its board: the folder with {zh,en}/HD-Track1-T{1,2,3}; empty: "
        "uploads to that board are not taken",
    )
    endpoints: Annotated[dict[str, EndpointSettings], NoDecode] = Field(
        {}, description="OpenAI-compatible endpoints by name, as one JSON object; see echomind/endpoint_settings.py"
    )

    @field_validator("endpoints", mode="before")
    @classmethod
    def _endpoints(cls, value: Any) -> dict[str, EndpointSettings]:
        return endpoints_from(value)

    @field_validator("moderators", "talk_models", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @property
    def address(self) -> str:
        """The address to listen on: ours where it was set, else gradio's own variable, which a Space sets."""
        return self.host if "host" in self.model_fields_set else os.environ.get("GRADIO_SERVER_NAME", self.host)

    @property
    def on_space(self) -> bool:
        """Whether this is a Space, where people sign in with Hugging Face.

        As gradio decides it: where it sees no Space it lets everybody sign in as the owner of this machine's token.
        """
        return os.environ.get("SYSTEM") == "spaces" and bool(os.environ.get("SPACE_ID"))

    @property
    def public_address(self) -> str:
        """Where others reach this Space, without the frame that the Hub shows it in; empty elsewhere.

        The frame's page keeps no address of what is shown inside, so links lead to the Space's own host. With a domain
        of its own there are several; the first is always there.
        """
        hosts = [host.strip() for host in os.environ.get("SPACE_HOST", "").split(",") if host.strip()]
        return f"https://{hosts[0]}" if self.on_space and hosts else ""

    @property
    def model_path(self) -> str:
        """Folder or Hub id of the checkpoint to load."""
        return self.model or str(self.assets_dir / "model")


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
