"""The benchmark: what is asked. So far the scripts of EchoMind-Mini, our own open set."""
