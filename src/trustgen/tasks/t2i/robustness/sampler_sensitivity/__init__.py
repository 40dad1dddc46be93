"""Perturbed prompt: how far does the picture move from its scene when the prompt is mistyped?"""
