"""Pictures of known content: scenes, how they are drawn, asked about, measured, decoded and corrupted.

Pure functions of arrays and bytes: no model, no task and no file. Import the module that is meant: a judge's key covers
the modules that it imports.
"""
