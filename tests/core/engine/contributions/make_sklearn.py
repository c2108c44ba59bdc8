"""Writes sklearn.golden.json: what shap's TreeExplainer gives for fixtures of scikit-learn 1.6.1.

Needs scikit-learn 1.6.1, joblib and shap (0.54.1 made the file). Rows are those of the fixtures' own .json, the first six.
shap knows no gradient boosting of several classes, starts that of the exponential loss in the wrong place (its values do not
add up to decision_function), and lets missing values of plain trees go right always, so these are not here.
"""

import json
from pathlib import Path

import joblib
import numpy as np
import shap

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures/sklearn/1.6.1"
ROWS = 6
CASES = [
    "boosting_binary",
    "boosting_regressor",
    "extra_trees",
    "extra_trees_regressor",
    "forest_binary",
    "forest_multiclass",
    "forest_regressor",
    "histogram_binary",
    "histogram_missing",
    "histogram_multiclass",
    "histogram_poisson",
    "histogram_regressor",
    "tree_binary",
    "tree_multiclass",
    "tree_regressor",
]


def case(name):
    file = next(path for path in FIXTURES.glob(f"{name}.*") if path.suffix != ".json")
    rows = json.loads((FIXTURES / f"{name}.json").read_text())["rows"][:ROWS]
    table = np.array([[np.nan if value is None else value for value in row] for row in rows], dtype=float)
    explainer = shap.TreeExplainer(joblib.load(file), feature_perturbation="tree_path_dependent")
    values = np.asarray(explainer.shap_values(table, check_additivity=False))
    # [rows, columns] for one output, [rows, columns, outputs] for several.
    if values.ndim == 2:
        values = values[:, :, None]
    return {
        "file": file.name,
        "baselines": np.ravel(explainer.expected_value).tolist(),
        "contributions": values.transpose(0, 2, 1).tolist(),
    }


cases = {name: case(name) for name in CASES}
target = Path(__file__).with_name("sklearn.golden.json")
target.write_text(json.dumps({"shap": shap.__version__, "cases": cases}) + "\n")
