"""Reading the pickled object arrays of old .npz files without running what they ask for."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from vitruve.errors import FormatError


def _reconstruct(kind: Any, shape: Any, type_code: Any) -> np.ndarray:
    """The empty array that numpy's pickles start from; its content follows as state."""
    if kind is not np.ndarray or shape != (0,):
        raise pickle.UnpicklingError("an array that does not start empty")
    return np.empty(0, dtype="b")


def _scalar(kind: Any, raw: Any) -> Any:
    if not isinstance(kind, np.dtype) or kind.hasobject or not isinstance(raw, bytes):
        raise pickle.UnpicklingError("a scalar that is no number")
    return np.frombuffer(raw, kind, count=1)[0]


def _frombuffer(raw: Any, kind: Any, shape: Any, order: Any) -> np.ndarray:
    if not isinstance(raw, bytes | bytearray) or not isinstance(kind, np.dtype) or kind.hasobject:
        raise pickle.UnpicklingError("a buffer that holds no numbers")
    return np.frombuffer(raw, kind).reshape(shape, order=order)


def _dtype(code: Any, *flags: Any) -> np.dtype:
    if not isinstance(code, str | bytes):
        raise pickle.UnpicklingError(f"an array type {code!r}")
    return np.dtype(code.decode("latin1") if isinstance(code, bytes) else code)


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    if not isinstance(text, str) or encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes encoded as {encoding!r}")
    return text.encode("latin1")


_ALLOWED = {
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _reconstruct for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _scalar for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _frombuffer for core in ("core", "_core")},
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): _dtype,
    ("_codecs", "encode"): _encode,
}


class Unpickler(pickle.Unpickler):
    """Builds dicts, lists, tuples, texts, numbers and numpy arrays; refuses every other class or function."""

    def find_class(self, module: str, name: str) -> Any:
        found = _ALLOWED.get((module, name))
        if found is None:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}; only numbers, texts, lists, dicts and arrays are read")
        return found

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("it refers to objects outside the file")


def loads(data: bytes, path: str | Path) -> Any:
    """The object in a pickle of plain data; FormatError if it is broken or asks for anything else."""
    try:
        # latin1 is how numpy says that arrays pickled by Python 2 are to be read
        return Unpickler(io.BytesIO(data), encoding="latin1").load()
    except MemoryError:
        raise FormatError(path, "a pickle that asks for more memory than there is") from None
    except Exception as e:  # pickle's opcodes raise anything when the stream is broken
        raise FormatError(path, f"a pickle that is not read: {e}") from None


def object_array(path: str | Path, key: str) -> Any:
    """Entry `key` of an .npz: a numeric array, or the object inside a pickled object array.

    Raises FormatError if the entry is absent or broken, or holds more than plain data.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(f"{key}.npy") as stream:
            found = _array_or_pickle(stream)
    except KeyError:
        raise FormatError(path, f"no array {key!r}") from None
    except Exception as e:  # numpy raises many kinds on a broken header
        raise FormatError(path, f"array {key!r} cannot be read: {e}") from None
    return _object(found, path)


def object_file(path: str | Path) -> Any:
    """What an .npy holds, as :func:`object_array` gives an entry of an .npz. Raises FormatError likewise."""
    try:
        with open(path, "rb") as stream:
            found = _array_or_pickle(stream)
    except Exception as e:  # as above
        raise FormatError(path, f"not an array that can be read: {e}") from None
    return _object(found, path)


def _array_or_pickle(stream: Any) -> np.ndarray | bytes:
    version = np.lib.format.read_magic(stream)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    _, _, kind = header(stream)
    if kind.hasobject:
        return stream.read()
    stream.seek(0)
    return np.lib.format.read_array(stream, allow_pickle=False)


def _object(found: np.ndarray | bytes, path: str | Path) -> Any:
    if isinstance(found, np.ndarray):
        return found
    value = loads(found, path)
    return value.item() if isinstance(value, np.ndarray) and value.shape == () else value
