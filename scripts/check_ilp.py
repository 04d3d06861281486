#!/usr/bin/python3
"""Would ilastik open this project? Checks an .ilp against what ilastik 1.4 accepts (docs of its Pixel Classification project file).

  /usr/bin/python3 check_ilp.py PROJECT.ilp [--features STACK.npy --probabilities OUT.npy]

Needs Debian's python3-h5py and, to load the forests as ilastik does, python3-vigra.
--features: float32 (…, channels) stack in ilastik's channel order; the forests then predict it through vigra and the
probabilities are written to --probabilities. Prints one line per problem; exit status 1 if there is any.
"""
import argparse, re, sys
import h5py
import numpy as np

problems = []


def need(ok, text):
    if not ok:
        problems.append(text)
    return ok


def text(v):
    v = v[()] if isinstance(v, h5py.Dataset) else v
    return v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v)


def check(f):
    if need("ilastikVersion" in f, "root: no ilastikVersion"):
        v = text(f["ilastikVersion"])
        m = re.match(r"(\d+)\.(\d+)", v)
        need(m and (int(m[1]), int(m[2])) >= (1, 4) and (int(m[1]), int(m[2])) <= (1, 5), f"root: ilastikVersion {v!r} is not 1.4 or 1.5")
    need("workflowName" in f and text(f["workflowName"]) == "Pixel Classification", "root: workflowName is not 'Pixel Classification'")
    for g, sv in (("Input Data", "0.2"), ("FeatureSelections", "0.1"), ("PixelClassification", "0.1")):
        if need(g in f, f"{g}: group missing"):
            need("StorageVersion" in f[g], f"{g}: no StorageVersion, so ilastik ignores the whole group")
            need("StorageVersion" in f[g] and text(f[g]["StorageVersion"]) == sv, f"{g}: StorageVersion is not {sv}")
    lanes = []
    if "Input Data" in f:
        d = f["Input Data"]
        need("Role Names" in d, "Input Data: no 'Role Names'")
        lanes = sorted(d["infos"]) if "infos" in d else []
        need(lanes == [f"lane{i:04d}" for i in range(len(lanes))], f"Input Data/infos: lanes are not contiguous: {lanes}")
        for lane in lanes:
            info = d[f"infos/{lane}"].get("Raw Data")
            if not need(info is not None, f"{lane}: no 'Raw Data'"):
                continue
            for k in ("nickname", "allowLabels"):
                need(k in info, f"{lane}: no {k}")
            cls = text(info["__class__"]) if "__class__" in info else ""
            if "Internal" in cls or (not cls and "inner_path" in info):
                need("inner_path" in info and text(info["inner_path"]) in f, f"{lane}: inner_path points to no dataset")
            else:
                need("filePath" in info, f"{lane}: no filePath")
    n_channels = None
    if "FeatureSelections" in f and "SelectionMatrix" in f["FeatureSelections"]:
        s = f["FeatureSelections"]
        need(s["SelectionMatrix"].shape == (len(s["FeatureIds"]), len(s["Scales"])), "FeatureSelections: the matrix does not fit ids × scales")
    if "PixelClassification" in f:
        p = f["PixelClassification"]
        names = p["LabelNames"] if "LabelNames" in p else []
        sets = sorted(p["LabelSets"]) if "LabelSets" in p else []
        need(len(sets) == len(lanes), f"PixelClassification/LabelSets: {len(sets)} groups for {len(lanes)} lanes")
        for s in sets:
            for b, block in p[f"LabelSets/{s}"].items():
                if need("blockSlice" in block.attrs, f"{s}/{b}: no blockSlice"):
                    sl = text(block.attrs["blockSlice"])
                    ext = [int(x.split(":")[1]) - int(x.split(":")[0]) for x in sl.strip("[]").split(",")]
                    need(" " not in sl and tuple(ext) == block.shape, f"{s}/{b}: blockSlice {sl} does not fit the shape {block.shape}")
                need(block.dtype.itemsize == 1 and block[()].max(initial=0) < 100, f"{s}/{b}: labels must be uint8 below 100")
        if "ClassifierForests" in p:
            c = p["ClassifierForests"]
            for n in sorted(k for k in c if k.startswith("Forest")):
                o, e = c[n]["_options"], c[n]["_ext_param"]
                trees = [k for k in c[n] if not k.startswith("_")]
                need(int(o["tree_count_"][0]) == len(trees), f"{n}: tree_count_ is not the number of trees")
                for g in (o, e):
                    for k, v in g.items():
                        need(v.ndim == 1, f"{n}/{k}: must have shape (1,), a scalar is refused")
                n_channels = int(e["column_count_"][0])
                need(int(e["class_count_"][0]) <= len(names), f"{n}: knows more classes than there are label names")
            if "feature_names" in c and n_channels is not None:
                need(len(c["feature_names"]) == n_channels, "ClassifierForests: feature_names does not fit column_count_")
    return n_channels


def predict(path, features):
    import vigra
    x = np.load(features).astype(np.float32)
    with h5py.File(path) as f:
        c = f["PixelClassification/ClassifierForests"]
        names = sorted(k for k in c if k.startswith("Forest"))
        known = c["known_labels"][()].astype(int) if "known_labels" in c else None
        n_labels = len(f["PixelClassification/LabelNames"])
    total, out = 0, 0
    for n in names:
        rf = vigra.learning.RandomForest(path, f"PixelClassification/ClassifierForests/{n}")
        out = out + np.asarray(rf.predictProbabilities(x.reshape(-1, x.shape[-1]))) * rf.treeCount()
        total += rf.treeCount()
    out = out / total
    full = np.zeros((len(out), n_labels), np.float32)
    full[:, (known if known is not None else np.arange(1, out.shape[1] + 1)) - 1] = out
    return full.reshape(x.shape[:-1] + (n_labels,))


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("project")
    a.add_argument("--features")
    a.add_argument("--probabilities")
    a = a.parse_args()
    with h5py.File(a.project, "r") as f:
        check(f)
    if a.features and not problems:
        p = predict(a.project, a.features)
        print("predicted", p.shape)
        if a.probabilities:
            np.save(a.probabilities, p)
    for t in problems:
        print(t)
    print(f"{a.project}: {len(problems)} problem(s)")
    sys.exit(1 if problems else 0)


main()
