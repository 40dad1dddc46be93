"""Typographic distractor: does the model say what it sees, or what is written beside it?"""
