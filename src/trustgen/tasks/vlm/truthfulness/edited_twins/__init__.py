"""Edited twins: does the answer change with the picture, and only with what was changed in it?"""
