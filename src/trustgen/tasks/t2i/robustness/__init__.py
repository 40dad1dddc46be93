"""Robustness: does the picture stay as right when the prompt is typed otherwise?"""
