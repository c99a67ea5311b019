"""Training: data construction, the stages text, align and joint, and the measured model card. Not used by the app."""
