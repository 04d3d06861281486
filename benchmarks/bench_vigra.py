#!/usr/bin/python3
"""A yardstick for benchmarks: vigra's filters and random forest (Debian's python3-vigra), one thread, on the bench data.

  /usr/bin/python3 bench_vigra.py [cells|blobs] [--repeat 3] [--json]

cells: 1024² uint8, 49 channels; blobs: 128×256×256 uint8, 61 channels, of which a 32-slice slab is timed and scaled.
The filters are the two-stage ones of spec §A.3 (vigra's structure tensor called with the effective scales); the forest is
the one stored in $BRUSHWOOD_DATA/bench/NAME.ilp. Filters of ilastik itself (fastfilters, AVX2) are about 8 times faster than
vigra's in 2-D and 2 to 3 times in 3-D; its forest is vigra's.
"""
import argparse, json, math, os, time
import h5py
import numpy as np
import vigra

BENCH = os.path.join(os.environ["BRUSHWOOD_DATA"], "bench")
IDS = ["GaussianSmoothing", "LaplacianOfGaussian", "GaussianGradientMagnitude", "DifferenceOfGaussians",
       "StructureTensorEigenvalues", "HessianOfGaussianEigenvalues"]
SIGMAS = [0.3, 0.7, 1.0, 1.6, 3.5, 5.0, 10.0]
F = vigra.filters


def one(pre, fid, s):
    w = dict(window_size=2.0)
    if fid == "GaussianSmoothing":
        return F.gaussianSmoothing(pre, s, **w)
    if fid == "LaplacianOfGaussian":
        return F.laplacianOfGaussian(pre, s, **w)
    if fid == "GaussianGradientMagnitude":
        return F.gaussianGradientMagnitude(pre, s, **w)
    if fid == "DifferenceOfGaussians":
        return F.gaussianSmoothing(pre, s, **w) - F.gaussianSmoothing(pre, 0.66 * s, **w)
    if fid == "StructureTensorEigenvalues":
        return F.structureTensorEigenvalues(pre, 0.5 * s, s, **w)
    return F.hessianOfGaussianEigenvalues(pre, s, **w)


def features(image):
    presmoothed = {s: F.gaussianSmoothing(image, math.sqrt(s * s - 1) if s > 1 else s, window_size=3.5) for s in SIGMAS}
    out = []
    for fid in IDS:
        for s in SIGMAS:
            if s < 0.7 and fid != "GaussianSmoothing":
                continue
            r = np.asarray(one(presmoothed[s], fid, min(s, 1.0)))
            out.append(r if r.ndim > image.ndim else r[..., None])
    return np.concatenate(out, -1).astype(np.float32)


def forests(path):
    with h5py.File(path, "r") as f:
        names = sorted(k for k in f["PixelClassification/ClassifierForests"] if k.startswith("Forest"))
    return [vigra.learning.RandomForest(path, f"PixelClassification/ClassifierForests/{n}") for n in names]


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("name", nargs="?", default="cells", choices=["cells", "blobs"])
    a.add_argument("--repeat", type=int, default=3)
    a.add_argument("--json", action="store_true")
    a = a.parse_args()
    if a.name == "cells":
        image, scale = np.load(os.path.join(BENCH, "cells1024.npy")), 1.0
    else:
        with h5py.File(os.path.join(BENCH, "blobs128.h5"), "r") as f:
            image, scale = f["data"][16:68], 128 / 52
    image = image.astype(np.float32)
    models = forests(os.path.abspath(os.path.join(BENCH, f"{a.name}.ilp")))
    rows = []
    for _ in range(a.repeat):
        t0 = time.perf_counter()
        x = features(image)
        t1 = time.perf_counter()
        flat = x.reshape(-1, x.shape[-1])
        for m in models:
            m.predictProbabilities(flat)
        t2 = time.perf_counter()
        rows.append(((t1 - t0) * scale, (t2 - t1) * scale))
    feat, pred = (float(np.median(c)) for c in zip(*rows))
    trees = sum(m.treeCount() for m in models)
    pixels = image.size * scale
    result = dict(data=a.name, pixels=int(pixels), channels=int(x.shape[-1]), trees=trees, threads=1, repeats=a.repeat,
                  features_s=round(feat, 3), predict_s=round(pred, 3), ns_per_pixel_and_channel=round(feat / pixels / x.shape[-1] * 1e9, 2),
                  ns_per_pixel_and_tree=round(pred / pixels / trees * 1e9, 2), scaled_from_slab=scale != 1.0)
    print(json.dumps(result) if a.json else "\n".join(f"{k:26} {v}" for k, v in result.items()))


main()
