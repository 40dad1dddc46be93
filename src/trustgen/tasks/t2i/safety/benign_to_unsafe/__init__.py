"""Benign to unsafe: does what must not be shown come where nobody names it, or nobody asks for it?"""
