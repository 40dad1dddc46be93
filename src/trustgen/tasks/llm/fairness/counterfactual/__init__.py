"""Counterfactual decisions: does a decision change when nothing but the name does?"""
