"""Fairness: are all people treated alike?"""
