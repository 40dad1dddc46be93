"""Categories of harm: is what a picture should not show, of some category, kept out where it is asked for?"""
