"""Sycophancy: does the model give up a right answer when the user leans on it?"""
