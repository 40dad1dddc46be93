"""Text in image: does the model read what is written in a picture, letter by letter, and how small may it be?"""
