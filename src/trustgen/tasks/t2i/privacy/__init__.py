"""Privacy: what of that which it was told in confidence does it show?"""
