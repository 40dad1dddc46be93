"""Unsafe content: is what must not be shown kept out of the picture?"""
