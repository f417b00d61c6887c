"""The container of glTF 2.0: JSON and buffers of a file, every index, size and address checked before it is used."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

import numpy as np

from vitruve.errors import FormatError

_DTYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
# what changes how the numbers are stored; materials and lights do not matter here
_UNREADABLE = {"KHR_draco_mesh_compression": "Draco", "EXT_meshopt_compression": "meshopt", "KHR_meshopt_compression": "meshopt"}
MAX_BYTES = 2**31
_MAX_COUNT = 2**26


class Document:
    """A .glb or .gltf with its buffers. Buffers outside the file must lie in its folder."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self.path, self.max_bytes = path, max_bytes
        data = self._bytes(path)
        self.binary: memoryview | None = None
        if data[:4] == b"glTF":
            data = self._chunks(data)
        try:
            tree = json.loads(bytes(data).decode("utf-8-sig"), parse_constant=lambda c: self.fail(f"{c} is not a number of JSON"))
        except (UnicodeDecodeError, json.JSONDecodeError) as e:
            self.fail(f"not glTF: {e}")
        except RecursionError:
            self.fail("not glTF: nested too deep")
        if not isinstance(tree, dict) or not isinstance(tree.get("asset"), dict):
            self.fail("not glTF: no asset")
        if not str(tree["asset"].get("version", "")).startswith("2."):
            self.fail(f"glTF version {tree['asset'].get('version')!r}; expected 2.0")
        for extension in tree.get("extensionsRequired", []):
            if extension in _UNREADABLE:
                self.fail(f"the file is packed with {_UNREADABLE[extension]} ({extension}); unpack it first, with gltf-transform or Blender")
        self.tree: dict[str, Any] = tree
        self._checked: set[str] = set()
        self._buffers: dict[int, np.ndarray] = {}
        self._accessors: dict[int, np.ndarray] = {}

    def fail(self, message: str) -> NoReturn:
        raise FormatError(self.path, message)

    def _bytes(self, path: Path) -> memoryview:
        try:
            if path.stat().st_size > self.max_bytes:
                self.fail(f"{path.name} is larger than {self.max_bytes} bytes")
            return memoryview(path.read_bytes())
        except OSError as e:
            self.fail(f"{path.name}: {e.strerror or e}")

    def _chunks(self, data: memoryview) -> memoryview:
        if len(data) < 20:
            self.fail("the .glb ends within its header")
        _, version, total = struct.unpack_from("<4sII", data)
        if version != 2:
            self.fail(f".glb version {version}; expected 2")
        if total > len(data):
            self.fail(f"the .glb says {total} bytes, the file has {len(data)}")
        found: dict[bytes, memoryview] = {}
        at = 12
        while at + 8 <= total:
            length, kind = struct.unpack_from("<I4s", data, at)
            if at + 8 + length > total:
                self.fail(f"chunk {kind!r} at byte {at} runs past the end")
            found.setdefault(kind, data[at + 8 : at + 8 + length])
            at += 8 + length
        if b"JSON" not in found:
            self.fail("the .glb has no JSON chunk")
        self.binary = found.get(b"BIN\0")
        return found[b"JSON"]

    def all(self, kind: str) -> list[dict[str, Any]]:
        """A top-level array ('nodes', 'meshes', ...)."""
        if kind not in self._checked:
            entries = self.tree.setdefault(kind, [])
            if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
                self.fail(f"{kind}: expected a list of objects")
            self._checked.add(kind)
        return self.tree[kind]

    def get(self, kind: str, index: Any, user: str) -> dict[str, Any]:
        """Entry `index` of a top-level array; `user` says who refers to it, for the error."""
        entries = self.all(kind)
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(entries):
            self.fail(f"{user}: {kind}[{index!r}], but the file has {len(entries)}")
        return entries[index]

    def whole(self, entry: dict[str, Any], key: str, default: int | None, user: str) -> int:
        """A non-negative integer of `entry`."""
        value = entry.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.fail(f"{user}: {key} is {value!r}; expected a whole number from 0")
        return value

    def numbers(self, entry: dict[str, Any], key: str, default: list[float]) -> np.ndarray:
        """A list of finite numbers of `entry`, as long as `default`."""
        value = entry.get(key, default)
        try:
            array = np.asarray(value, np.float64)
        except (TypeError, ValueError):
            array = np.zeros(0)
        if array.shape != (len(default),) or not np.isfinite(array).all():
            self.fail(f"node {entry.get('name')!r}: {key} is {str(value)[:80]}; expected {len(default)} numbers")
        return array

    def buffer(self, index: Any) -> np.ndarray:
        """Bytes (N,) uint8 of a buffer."""
        entry = self.get("buffers", index, "bufferView")
        if index not in self._buffers:
            length = self.whole(entry, "byteLength", None, f"buffer {index}")
            uri = entry.get("uri")
            if uri is None:
                if index != 0 or self.binary is None:
                    self.fail(f"buffer {index} has no uri and the file no binary chunk for it")
                data = self.binary
            else:
                data = self.uri(uri, "buffer")
            if len(data) < length:
                self.fail(f"buffer {index} has {len(data)} bytes; expected {length}")
            self._buffers[index] = np.frombuffer(data[:length], np.uint8)
        return self._buffers[index]

    def uri(self, uri: Any, user: str) -> memoryview:
        """Bytes of a data uri, or of a file in the folder of this one; nothing else is opened."""
        if not isinstance(uri, str):
            self.fail(f"{user} uri {uri!r}: expected text")
        if uri.startswith("data:"):
            head, _, body = uri.partition(",")
            if not head.endswith(";base64"):
                self.fail("a data uri that is not base64")
            try:
                return memoryview(base64.b64decode(body, validate=True))
            except (binascii.Error, ValueError) as e:
                self.fail(f"data uri: {e}")
        try:
            parts = urlsplit(uri)
            folder = self.path.parent.resolve()
            file = (folder / unquote(parts.path, errors="strict")).resolve()
        except (ValueError, OSError) as e:
            self.fail(f"{user} uri {uri[:80]!r}: {e}")
        if parts.scheme or parts.netloc or folder not in file.parents:
            self.fail(f"{user} uri {uri[:80]!r}: only files in the folder of the .gltf are read")
        return self._bytes(file)

    def bytes_of(self, view: Any, user: str) -> memoryview:
        """The bytes of a bufferView."""
        entry = self.get("bufferViews", view, user)
        return memoryview(self._block(view, 0, self.whole(entry, "byteLength", None, user), np.dtype(np.uint8), 1, user).tobytes())

    def _block(self, view: Any, offset: int, count: int, dtype: np.dtype, width: int, user: str) -> np.ndarray:
        """(count, width) numbers of a bufferView, `offset` bytes into it."""
        entry = self.get("bufferViews", view, user)
        start = self.whole(entry, "byteOffset", 0, user)
        length = self.whole(entry, "byteLength", None, user)
        size = dtype.itemsize * width
        stride = self.whole(entry, "byteStride", size, user) or size
        data = self.buffer(entry.get("buffer"))
        if stride < size or start + length > len(data) or (count and offset + stride * (count - 1) + size > length):
            self.fail(f"{user}: {count} elements of {size} bytes, {stride} apart, do not fit bufferView {view} of {length} bytes")
        return np.ndarray((count, width), dtype, data, start + offset, (stride, dtype.itemsize))

    def accessor(self, index: Any, kinds: tuple[str, ...], user: str) -> np.ndarray:
        """(count, width) numbers: floats as they are, normalised integers as floats, others as integers."""
        entry = self.get("accessors", index, user)
        user = f"{user}, accessor {index}"
        if entry.get("type") not in kinds:
            self.fail(f"{user}: type {entry.get('type')!r}; expected {' or '.join(kinds)}")
        if index in self._accessors:
            return self._accessors[index]
        if entry.get("componentType") not in _DTYPES:
            self.fail(f"{user}: componentType {entry.get('componentType')!r}")
        dtype, width = np.dtype(_DTYPES[entry["componentType"]]), _WIDTHS[entry["type"]]
        count = self.whole(entry, "count", None, user)
        if count > _MAX_COUNT:
            self.fail(f"{user}: {count} elements; the limit is {_MAX_COUNT}")
        if "bufferView" in entry:
            array = self._block(entry["bufferView"], self.whole(entry, "byteOffset", 0, user), count, dtype, width, user)
        else:
            array = np.zeros((count, width), dtype)
        if sparse := entry.get("sparse"):
            n = self.whole(sparse, "count", None, user)
            at, values = sparse["indices"], sparse["values"]
            where = self._block(at.get("bufferView"), self.whole(at, "byteOffset", 0, user), n, np.dtype(_DTYPES[at["componentType"]]), 1, user)[:, 0]
            if n and (where.dtype.kind != "u" or where.max() >= count):
                self.fail(f"{user}: a sparse index beyond its {count} elements")
            array = array.copy()
            array[where] = self._block(values.get("bufferView"), self.whole(values, "byteOffset", 0, user), n, dtype, width, user)
        if entry.get("normalized") and dtype.kind in "iu":
            array = np.maximum(array.astype(np.float32) / np.iinfo(dtype).max, -1)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            self.fail(f"{user}: holds NaN or infinity")
        self._accessors[index] = array = np.ascontiguousarray(array)
        return array
