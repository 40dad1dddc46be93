"""Truthfulness: does the model say what is in the picture?"""
