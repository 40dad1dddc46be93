"""Over-blocking: is what may be shown drawn, where something else is banned?"""
