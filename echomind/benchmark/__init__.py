"""The benchmark: what is asked, in which files it lies, and EchoMind-Mini, our own open set."""
