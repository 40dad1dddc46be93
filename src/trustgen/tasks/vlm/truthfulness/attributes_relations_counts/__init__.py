"""Attributes, relations and counts: what does the model say of the things that it sees?"""
