"""Truthfulness: does the picture show what was asked for?"""
