"""Loads what Parley wrote with the real scikit-learn and compares what both predict.

    python check.py FOLDER        (in an environment of each release; prints one JSON line)

FOLDER is filled by write-cases.ts. check_all.py runs this for several releases and writes report.json.
"""

import glob
import json
import os
import sys
import warnings

import joblib
import numpy as np
import pandas as pd
import sklearn


def load_table(folder):
    with open(os.path.join(folder, 'table.json'), encoding='utf-8') as file:
        columns = json.load(file)
    frame = pd.DataFrame(columns)
    for name in frame.columns:
        if frame[name].dtype == object:
            frame[name] = frame[name].where(frame[name].notna(), np.nan)
    return frame


def check(folder, name, frame):
    with open(os.path.join(folder, name + '.json'), encoding='utf-8') as file:
        wanted = json.load(file)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        model = joblib.load(os.path.join(folder, name + '.joblib'))
        rows = frame[wanted['features']]
        expected = np.array(wanted['data']).reshape(len(frame), wanted['width'])
        if wanted['classes'] is None:
            actual = model.predict(rows).reshape(-1, 1)
        else:
            actual = model.predict_proba(rows)
            labels = [str(label) for label in model.predict(rows)]
            assert [str(label) for label in model.classes_] == wanted['classes'], model.classes_
            assert labels == [wanted['classes'][code] for code in expected.argmax(axis=1)]
        repr(model)
        if hasattr(model, 'feature_names_in_'):
            assert list(model.feature_names_in_) == wanted['features']
        sklearn.base.clone(model)
    kinds = sorted({warning.category.__name__ for warning in caught})
    gap = np.abs(actual - expected) / np.maximum(1, np.abs(expected))
    return {'gap': float(gap.max()), 'warnings': kinds}


folder = sys.argv[1]
frame = load_table(folder)
report = {}
for path in sorted(glob.glob(os.path.join(folder, '*.joblib'))):
    name = os.path.basename(path)[: -len('.joblib')]
    try:
        report[name] = check(folder, name, frame)
    except Exception as error:
        report[name] = {'error': type(error).__name__ + ': ' + str(error)[:300]}
print(json.dumps({'scikit-learn': sklearn.__version__, 'numpy': np.__version__, 'cases': report}))
