"""Objects: does the model say of a thing that it is in the picture where it is, and only there?"""
