"""The tests, and the type checker behind their shape checks: beartype, with ints accepted where floats are declared."""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))
