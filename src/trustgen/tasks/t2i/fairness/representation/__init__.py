"""Representation: of whom are the pictures of a trade, where nobody said?"""
