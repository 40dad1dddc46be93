"""People and organisations: does a picture show what was told in confidence?"""
