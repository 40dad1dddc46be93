"""Robustness: does what the model sees stay the same where the picture is worse, or says otherwise?"""
