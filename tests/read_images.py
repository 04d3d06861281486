"""Reads image files with Python's own libraries and says what is in them, one JSON object per line of standard input.

Input: {"path": ..., "kind": "npy" | "tiff" | "hdf5" | "zarr2" | "png"}. Output: shape, dtype and the SHA-256 of the values as
little-endian bytes in C order, or "error".
"""
import hashlib
import json
import sys

import numpy


def read(path, kind):
    if kind == "npy":
        return numpy.load(path, allow_pickle=False)
    if kind == "tiff":
        import tifffile

        with tifffile.TiffFile(path) as file:
            return file.asarray()
    if kind == "hdf5":
        import h5py

        with h5py.File(path, "r") as file:
            return file["exported_data"][()]
    if kind == "zarr2":
        import zarr

        return zarr.open(path + "/0", mode="r")[...]
    raise ValueError(kind)


for line in sys.stdin:
    request = json.loads(line)
    try:
        array = read(request["path"], request["kind"])
        little = numpy.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")))
        answer = {
            "shape": list(array.shape),
            "dtype": array.dtype.name,
            "sha256": hashlib.sha256(little.tobytes()).hexdigest(),
        }
    except Exception as error:  # what went wrong is the answer
        answer = {"error": repr(error)}
    print(json.dumps(answer), flush=True)
