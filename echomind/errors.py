"""The errors this package raises on purpose.

Everything that a user can cause ends in one of these, with a message of one line that says what was found, where, and
what was expected. Anything else that escapes is a bug and stays loud.
"""


class EchoMindError(Exception):
    """Base class: bad input or a missing resource, explained in one line (exit status 2 in a terminal)."""


class AudioError(EchoMindError):
    """A clip cannot be used: not audio, empty, silent, too long, or holding values that are not numbers."""


class ResultsError(EchoMindError):
    """A file in ``results/`` does not follow the schema."""


class CheckpointError(EchoMindError):
    """A model checkpoint is missing or does not fit the classes of this version."""


class DataError(EchoMindError):
    """A training or evaluation set is missing or malformed."""


class ConfigurationError(EchoMindError):
    """A setting or a command line names something that does not exist or cannot work."""


class VoiceError(EchoMindError):
    """A reply cannot be spoken: no voice is installed, or it failed."""
