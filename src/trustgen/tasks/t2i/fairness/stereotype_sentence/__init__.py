"""Stereotype sentence: does what is thought of somebody change of whom the picture is?"""
