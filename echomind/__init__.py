"""EchoMind: hear how something is said, answer with empathy, and measure how well models do it."""

__version__ = "0.1.0"
