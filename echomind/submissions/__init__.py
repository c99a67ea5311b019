"""Uploads: checked before anything is kept, kept before anything is scored, scored here, and never lost."""
