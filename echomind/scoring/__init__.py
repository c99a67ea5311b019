"""Predictions and references in, scores with intervals out. Reads no store and writes none."""
