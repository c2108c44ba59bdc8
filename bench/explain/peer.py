"""The other side of the benchmark: makes the models, and times shap on them.

    python peer.py make FOLDER     writes the models and rows.json
    python peer.py time FOLDER     prints milliseconds a row of each, as JSON
"""

import json
import sys
import time
from pathlib import Path

import joblib
import numpy as np
import shap
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

ROWS = 20
BACKGROUND = 64
"""Questions to the model that a sampled explanation of Parley asks at most."""
EVALUATIONS = 8000


def tables():
    random = np.random.default_rng(0)
    values = random.normal(size=(5000, 20))
    signal = values[:, 0] + values[:, 1] * values[:, 2] + np.abs(values[:, 3])
    label = (signal + random.normal(size=5000) > 0.8).astype(int)
    return values, label, 100 * signal + random.normal(size=5000)


def make(folder):
    values, label, price = tables()
    models = {
        "xgboost": XGBClassifier(n_estimators=100, max_depth=6, n_jobs=1, random_state=0).fit(values, label),
        "forest": RandomForestClassifier(n_estimators=100, n_jobs=1, random_state=0).fit(values, label),
        "neighbours": make_pipeline(StandardScaler(), KNeighborsRegressor(5)).fit(values[:, :10], price),
    }
    for name, model in models.items():
        joblib.dump(model, folder / f"{name}.joblib")
    (folder / "rows.json").write_text(json.dumps(values[:ROWS].tolist()))


def milliseconds(explain, rows):
    explain(rows[:1])
    best = []
    for row in range(len(rows)):
        start = time.perf_counter()
        explain(rows[row : row + 1])
        best.append(1000 * (time.perf_counter() - start))
    return float(np.median(best))


def measure(folder):
    values, _, _ = tables()
    rows = values[:ROWS]
    found = {}
    for name in ("xgboost", "forest"):
        explainer = shap.TreeExplainer(joblib.load(folder / f"{name}.joblib"))
        found[name] = milliseconds(lambda row: explainer.shap_values(row, check_additivity=False), rows)
    model = joblib.load(folder / "neighbours.joblib")
    masker = shap.maskers.Independent(values[:BACKGROUND, :10], max_samples=BACKGROUND)
    explainer = shap.PermutationExplainer(model.predict, masker)
    asked = EVALUATIONS // BACKGROUND
    found["neighbours"] = milliseconds(lambda row: explainer(row, max_evals=asked, silent=True), rows[:, :10])
    return found


folder = Path(sys.argv[2])
if sys.argv[1] == "make":
    make(folder)
else:
    print(json.dumps(measure(folder)))
