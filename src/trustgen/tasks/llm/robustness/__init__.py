"""Robustness: does the same question get the same answer?"""
