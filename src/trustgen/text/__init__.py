"""The floor under the stages: how a text is read. Numbers, units, dates, words, hidden characters, planted orders.

Pure functions of the standard library; each stage that reads text reads it with these, so that what one takes for a
number, another does too. Import the module that is meant: a judge's key covers the modules that it imports.
"""
