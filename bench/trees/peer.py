"""scikit-learn's side of the benchmark: the same rows, the same options, one core.

    peer.py export FOLDER [DATA]     # writes the data sets: Iris and breast cancer, and churn and house prices from DATA
    peer.py score FOLDER NAME        # fits on each split that lies in FOLDER and prints its scores
    peer.py time FOLDER NAME LEARNER # prints how many milliseconds one fit takes
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import sklearn
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)


def export(folder, data):
    from sklearn.datasets import load_breast_cancer, load_iris

    names = ["iris", "breast-cancer"]
    for name, load in [("iris", load_iris), ("breast-cancer", load_breast_cancer)]:
        table = load()
        write(folder, name, table.data, table.target, "classes", [])
    if data is not None:
        export_churn(folder, data)
        export_houses(folder, data)
        names += ["churn", "house-price"]
    print(json.dumps(dict(names=names, version=sklearn.__version__)))


def export_churn(folder, data):
    import pandas

    table = pandas.read_csv(data / "telco_churn" / "Telco-Customer-Churn.csv")
    target = (table.pop("Churn") == "Yes").astype(int)
    table = table.drop(columns="customerID")
    table["TotalCharges"] = pandas.to_numeric(table["TotalCharges"], errors="coerce")
    texts = [n for n in table if not pandas.api.types.is_numeric_dtype(table[n])]
    for name in texts:
        table[name] = table[name].astype("category").cat.codes
    categorical = [table.columns.get_loc(name) for name in texts]
    write(folder, "churn", table.to_numpy(float), target, "classes", categorical)


def export_houses(folder, data):
    import pandas

    table = pandas.read_csv(data / "kc_house" / "kc_house_data.csv")
    target = table.pop("price")
    table = table.drop(columns=["id", "date"])
    write(folder, "house-price", table.to_numpy(float), target, "values", [])


def write(folder, name, features, target, kind, categorical):
    np.asarray(features, dtype=float).tofile(folder / f"{name}.features")
    np.asarray(target, dtype=float).tofile(folder / f"{name}.target")
    about = dict(kind=kind, columns=features.shape[1], categorical=categorical)
    (folder / f"{name}.json").write_text(json.dumps(about))


def read(folder, name):
    about = json.loads((folder / f"{name}.json").read_text())
    features = np.fromfile(folder / f"{name}.features").reshape(-1, about["columns"])
    target = np.fromfile(folder / f"{name}.target")
    return about, features, target.astype(int) if about["kind"] == "classes" else target


def make(about, learner, seed):
    is_classes = about["kind"] == "classes"
    if learner == "forest":
        kind = RandomForestClassifier if is_classes else RandomForestRegressor
        return kind(n_estimators=100, n_jobs=1, random_state=seed)
    kind = HistGradientBoostingClassifier if is_classes else HistGradientBoostingRegressor
    categorical = about["categorical"] or None
    return kind(early_stopping=False, categorical_features=categorical, random_state=seed)


def score(folder, name):
    about, features, target = read(folder, name)
    splits = np.fromfile(folder / f"{name}.splits", dtype=np.uint8).reshape(-1, len(target))
    scores = {}
    for learner in ("forest", "boosting"):
        scores[learner] = []
        for seed, split in enumerate(splits):
            train, test = split == 0, split == 1
            model = make(about, learner, seed).fit(features[train], target[train])
            scores[learner].append(model.score(features[test], target[test]))
    print(json.dumps(scores))


def time_fit(folder, name, learner):
    about, features, target = read(folder, name)
    model = make(about, learner, 0)
    start = time.perf_counter()
    model.fit(features, target)
    print(1000 * (time.perf_counter() - start))


command, folder, *rest = sys.argv[1:]
folder = Path(folder)
if command == "export":
    export(folder, Path(rest[0]) if rest else None)
elif command == "score":
    score(folder, rest[0])
elif command == "time":
    time_fit(folder, rest[0], rest[1])
else:
    sys.exit(__doc__)
