"""Models behind one protocol: our own SLM, and the speech recognisers that give it a transcript."""
