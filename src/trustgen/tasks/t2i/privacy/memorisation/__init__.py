"""Memorisation: does a model of pictures give back what it was trained on?"""
