"""Captions: does the model name what is in the picture, and nothing that is not?"""
