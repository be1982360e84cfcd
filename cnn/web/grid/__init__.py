"""The page Grid: how much do a few settings matter?"""
