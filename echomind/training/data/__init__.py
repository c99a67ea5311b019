"""Training data: what is read, and what is made because no set we know of holds it."""
