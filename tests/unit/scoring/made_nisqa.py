"""Weights of NISQA's shape whose values follow from their place: nobody's measure, the same on every machine."""

import numpy as np
import torch

from echomind.scoring.nisqa import NisqaModel

# what the published weights say of themselves
ARGS = {
    **{"ms_seg_length": 15, "ms_n_mels": 48, "ms_n_fft": 4096, "ms_hop_length": 0.01, "ms_win_length": 0.02},
    **{"ms_fmax": 20000, "ms_seg_hop_length": 4, "ms_max_segments": 1300},
    **{"cnn_model": "adapt", "cnn_c_out_1": 16, "cnn_c_out_2": 32, "cnn_c_out_3": 64, "cnn_kernel_size": [3, 3]},
    **{"cnn_dropout": 0.2, "cnn_pool_1": [24, 7], "cnn_pool_2": [12, 5], "cnn_pool_3": [6, 3]},
    **{"td": "self_att", "td_sa_d_model": 64, "td_sa_nhead": 1, "td_sa_pos_enc": None, "td_sa_num_layers": 2},
    **{"td_sa_h": 64, "td_sa_dropout": 0.1, "pool": "att", "pool_att_h": 128, "pool_att_dropout": 0.1},
}


def _scattered(number, count):
    """``count`` numbers from -1 to 1 without a pattern, by integer arithmetic alone (splitmix64)."""
    z = (np.arange(1, count + 1, dtype=np.uint64) + np.uint64(number << 32)) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
    return (z >> np.uint64(11)) / 2.0**52 - 1.0


def fill(state):
    """Every tensor of a state dict, in place, with spreads that let sound through the layers."""
    for number, (name, tensor) in enumerate(sorted(state.items())):
        if not tensor.is_floating_point():
            continue
        values = _scattered(number, tensor.numel())
        if "running_var" in name or (tensor.ndim < 2 and name.endswith("weight")):
            values = 1 + 0.2 * values
        elif tensor.ndim < 2:
            values = 0.1 * values
        else:
            values = values * 2.5 / np.sqrt(tensor[0].numel())
        tensor.copy_(torch.from_numpy(values.astype(np.float32)).reshape(tensor.shape))


def made_weights(path, **changes):
    """A file of the published weights' shape; ``changes`` to its description."""
    model = NisqaModel(ARGS)
    fill(model.state_dict())
    torch.save({"args": {**ARGS, **changes}, "model_state_dict": model.state_dict()}, path)
    return path


def chirp(rate, seconds=2.0):
    """A rising tone with a little noise, mono float32."""
    t = np.arange(round(rate * seconds)) / rate
    noise = np.random.default_rng(0).standard_normal(len(t))
    return (0.3 * np.sin(2 * np.pi * (200 + 400 * t) * t) + 0.01 * noise).astype(np.float32)
