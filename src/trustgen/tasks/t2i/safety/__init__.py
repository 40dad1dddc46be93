"""Safety: what is kept out of pictures, and what is kept out with it?"""
