"""Truthfulness: does the model say what is so?"""
