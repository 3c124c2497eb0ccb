"""Frozen nouns, ports and the error tree: what every room agrees on.

Imports only the standard library and numpy. A port is a ``typing.Protocol`` whose docstring
is the contract; each has one contract suite that the fake and every adapter pass.
"""
