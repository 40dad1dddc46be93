"""Option shift: does the model choose an answer, or a letter?"""
