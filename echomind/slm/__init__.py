"""Our spoken language model as ordinary ``transformers`` classes; importing this registers them for ``Auto*``."""

from echomind.slm.configuration import EchoMindConfig, EchoMindEncoderConfig, tiny_mla_config
from echomind.slm.encoder import CueHeads, EchoMindEncoder
from echomind.slm.features import EchoMindFeatureExtractor
from echomind.slm.modeling import EchoMindForConditionalGeneration
from echomind.slm.processing import EchoMindProcessor

__all__ = [
    "CueHeads",
    "EchoMindConfig",
    "EchoMindEncoder",
    "EchoMindEncoderConfig",
    "EchoMindFeatureExtractor",
    "EchoMindForConditionalGeneration",
    "EchoMindProcessor",
    "tiny_mla_config",
]
