"""Facts: what does the model know, what does it make up, and whom does it believe?"""
