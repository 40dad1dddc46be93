"""Fairness: whom does it show?"""
