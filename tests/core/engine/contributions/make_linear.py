"""Writes linear.golden.json: what shap's LinearExplainer gives for linear fixtures of scikit-learn 1.6.1.

Needs scikit-learn 1.6.1, joblib and shap (0.48.0 made the file). The first four rows of a fixture are explained against the
mean of the others. Steps before a model keep each column in its place, so that a column's contribution is its input's.
"""

import json
from pathlib import Path

import joblib
import numpy as np
import shap

FIXTURES = Path(__file__).resolve().parents[3] / 'fixtures/sklearn/1.6.1'
ROWS = 4
CASES = [
    'ridge',
    'linear_regression_two_targets',
    'elastic_net',
    'sgd_regressor',
    'linear_svr',
    'poisson',
    'logistic',
    'logistic_default_multiclass',
    'sgd_log',
    'grid_search',
]


def split(model):
    """The steps before a linear model, and the model."""
    model = getattr(model, 'best_estimator_', model)
    return ([], model) if not hasattr(model, 'steps') else ([step for _, step in model.steps[:-1]], model.steps[-1][1])


def case(name):
    file = next(path for path in FIXTURES.glob(f'{name}.*') if path.suffix != '.json')
    rows = np.array(json.loads((FIXTURES / f'{name}.json').read_text())['rows'], dtype=float)
    steps, model = split(joblib.load(file))
    for step in steps:
        rows = step.transform(rows)
    explainer = shap.LinearExplainer(model, shap.maskers.Independent(rows[ROWS:]))
    values = np.asarray(explainer.shap_values(rows[:ROWS]))
    if values.ndim == 2:
        values = values[:, :, None]
    return {
        'file': file.name,
        'baselines': np.ravel(explainer.expected_value).tolist(),
        'contributions': values.transpose(0, 2, 1).tolist(),
    }


cases = {name: case(name) for name in CASES}
content = {'shap': shap.__version__, 'rows': ROWS, 'cases': cases}
Path(__file__).with_name('linear.golden.json').write_text(json.dumps(content) + '\n')
