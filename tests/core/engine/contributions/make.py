"""Writes contributions.golden.json: small models and XGBoost's own pred_contribs. Needs numpy and xgboost (3.2.0 made the file)."""

import json
from pathlib import Path

import numpy as np
import xgboost as xgb

random = np.random.default_rng(0)
ROWS = 12
plain = random.normal(size=(200, 5)).astype(np.float32)
plain[random.random(plain.shape) < 0.1] = np.nan
filled = np.nan_to_num(plain)
label = (filled[:, 0] + filled[:, 1] * filled[:, 2] > 0).astype(int)
coded = plain.copy()
coded[:, 3] = random.integers(0, 12, 200)
coded[:, 4] = random.integers(0, 40, 200)
coded_value = (coded[:, 3] % 3) + np.sin(coded[:, 4]) + filled[:, 0]
categorical = {"feature_types": ["q", "q", "q", "c", "c"], "enable_categorical": True}


def case(parameters, rounds, values, target, **options):
    booster = xgb.train({**parameters, "max_depth": 3, "seed": 0, "nthread": 1}, xgb.DMatrix(values, target, **options), rounds)
    contributions = booster.predict(xgb.DMatrix(values[:ROWS], **options), pred_contribs=True)
    return {
        "model": json.loads(booster.save_raw("json")),
        "rows": [[None if np.isnan(value) else float(value) for value in row] for row in values[:ROWS]],
        "contributions": contributions.tolist(),
    }


cases = {
    "binary": case({"objective": "binary:logistic"}, 6, plain, label),
    "multiclass": case({"objective": "multi:softprob", "num_class": 3}, 3, plain, random.integers(0, 3, 200)),
    "dart": case({"booster": "dart", "rate_drop": 0.3, "objective": "reg:squarederror"}, 6, plain, label),
    "linear": case({"booster": "gblinear", "objective": "reg:squarederror"}, 6, filled, label),
    "categorical": case({"objective": "reg:squarederror", "tree_method": "hist"}, 6, coded, coded_value, **categorical),
}
target = Path(__file__).with_name("contributions.golden.json")
target.write_text(json.dumps({"xgboost": xgb.__version__, "cases": cases}) + "\n")
