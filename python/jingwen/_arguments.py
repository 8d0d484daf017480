"""What is said of an argument of a wrong kind: its name, its value and what it may be. Which words and numbers an option takes is said where
it is used."""

from __future__ import annotations

import inspect
import os
from typing import Any, Callable, Iterable, Mapping, NoReturn

from ._native import OptionError

#: What a call with such an argument raises by itself: it names neither the argument nor what it may be.
RAW = (TypeError, OverflowError, ValueError)

#: Whole numbers end here: they are 64 bits wide, and one is the sign.
_END = 1 << 63


def _whole(value: Any) -> bool:
    return hasattr(value, "__index__") and 0 <= value.__index__() < _END


def _text(value: Any) -> bool:
    return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)


def _path(value: Any) -> bool:
    path = os.fspath(value) if isinstance(value, os.PathLike) else value
    return isinstance(path, str) and "\0" not in path


#: Of each kind that an annotation names: what it is called, and who is of it.
_KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "None": ("None", lambda value: value is None),
    "bool": ("True or False", lambda value: type(value).__name__ in ("bool", "bool_")),
    "int": ("a whole number, not below 0 and below 2**63", _whole),
    "float": ("a number", lambda value: isinstance(value, (int, float)) and value == value and abs(value) < _END),
    "str": ("a string of Unicode characters", _text),
    "os.PathLike": ("a path", _path),
}


def explain(of: Callable[..., Any], given: Mapping[str, Any]) -> None:
    """Raises OptionError for the first of the arguments in `given` that is of no kind that the signature of `of` names; kinds that are not
    known here pass. Where a call is short it is asked when that has failed, so that one that is right pays nothing."""
    for name, parameter in inspect.signature(of).parameters.items():
        kinds = str(parameter.annotation).split(" | ")
        if name not in given or not all(kind in _KINDS for kind in kinds):
            continue
        # a path is a string that names something
        kinds = [kind for kind in kinds if not (kind == "str" and "os.PathLike" in kinds)]
        if not any(_KINDS[kind][1](given[name]) for kind in kinds):
            wrong(name, given[name], " or ".join(_KINDS[kind][0] for kind in kinds))


def paths(name: str, given: Iterable[Any]) -> list[str]:
    """Paths as strings; raises OptionError for what is none."""
    some = list(given)
    for path in some:
        if not _path(path):
            wrong(name, path, "a path (a string or an os.PathLike)")
    return [os.fspath(path) for path in some]


def wrong(name: str, value: Any, may_be: str) -> NoReturn:
    """Raises OptionError."""
    said = repr(value)
    said = said if len(said) <= 80 else said[:77] + "..."
    raise OptionError("%s=%s: it must be %s" % (name, said, may_be)) from None
