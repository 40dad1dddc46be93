"""vary"""
