"""Mitigations: what is put around a model to make it more trustworthy, measured before and after.

A mitigation is a model that wraps another one, so everything that measures a model measures it too: ask both the same
edition and compare. `retrieval/MODEL` is the first.
"""
