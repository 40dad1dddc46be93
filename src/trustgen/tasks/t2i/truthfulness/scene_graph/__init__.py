"""Scene graph: how much of a described scene is in the picture, fact by fact?"""
