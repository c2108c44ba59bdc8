"""Writes xgboost-VERSION.golden.json: small models, and the pred_contribs of the XGBoost that runs this.

    for environment in FOLDER/*; do "$environment/bin/python" make.py; done

FOLDER holds the environments of tests/fixtures/sklearn/make.py; each has the XGBoost of its time.
"""

import base64
import json
import os
import tempfile

import numpy as np
import xgboost as xgb

VERSION = tuple(int(part) for part in xgb.__version__.split('.')[:2])
HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = 8
random = np.random.RandomState(0)
plain = random.normal(size=(200, 5)).astype(np.float32)
plain[random.uniform(size=plain.shape) < 0.1] = np.nan
filled = np.nan_to_num(plain)
label = (filled[:, 0] + filled[:, 1] * filled[:, 2] > 0).astype(int)
kinds = random.randint(0, 3, 200)
coded = plain.copy()
coded[:, 3] = random.randint(0, 12, 200)
coded[:, 4] = random.randint(0, 40, 200)
coded_value = (coded[:, 3] % 3) + np.sin(coded[:, 4]) + filled[:, 0]


def model_of(booster):
    """
    A JSON document; as bytes in base64 where XGBoost writes NaN into it, which JSON does not know, and before 1.0, which
    writes no JSON but its binary form.
    """
    path = os.path.join(tempfile.mkdtemp(), 'model.json')
    booster.save_model(path)
    with open(path, 'rb') as file:
        content = file.read()
    if VERSION < (1, 0) or b'NaN' in content:
        return {'bytes': base64.b64encode(content).decode()}
    return {'model': json.loads(content.decode())}


def case(parameters, rounds, values, target, **options):
    settings = dict(dict(max_depth=3, seed=0, nthread=1, eta=0.4), **parameters)
    booster = xgb.train(settings, xgb.DMatrix(values, target, **options), rounds)
    asked = xgb.DMatrix(values[:ROWS], **options)
    return dict(
        model_of(booster),
        rows=[[None if np.isnan(value) else float(value) for value in row] for row in values[:ROWS]],
        contributions=booster.predict(asked, pred_contribs=True).tolist(),
    )


squares = {'objective': 'reg:linear' if VERSION < (0, 83) else 'reg:squarederror'}
cases = {
    'binary': case({'objective': 'binary:logistic'}, 5, plain, label),
    'multiclass': case({'objective': 'multi:softprob', 'num_class': 3}, 2, plain, kinds),
    'counts': case({'objective': 'count:poisson', 'max_delta_step': 0.7}, 4, plain, kinds),
    'linear': case(dict(squares, booster='gblinear'), 6, filled, label),
}
# Before 1.0 they forget the weights of dropped trees, and do not add up to the margins of the same release.
if VERSION >= (1, 0):
    cases['dart'] = case(dict(squares, booster='dart', rate_drop=0.3), 5, plain, label)
if VERSION >= (1, 6):
    options = {'feature_types': ['q', 'q', 'q', 'c', 'c'], 'enable_categorical': True}
    cases['categorical'] = case(dict(squares, tree_method='hist'), 5, coded, coded_value, **options)
with open(os.path.join(HERE, 'xgboost-%s.golden.json' % xgb.__version__), 'w') as file:
    json.dump({'xgboost': xgb.__version__, 'cases': cases}, file, separators=(',', ':'))
    file.write('\n')
