"""The live turn: hear, perceive, think, reply, speak."""
