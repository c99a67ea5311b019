"""Asking a model everything a set asks: what is asked, the journal of answers, and the official runner's files."""
