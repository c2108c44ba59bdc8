"""Writes golden.json: what scikit-learn itself answers when it loads model.joblib, the file that Parley trained.

    python models/iris/golden.py

Needs scikit-learn 1.6, joblib and pandas. Tests hold Parley's answers to these.
"""

import csv
import json
import os
import warnings

import joblib
import pandas as pd
import sklearn

FOLDER = os.path.dirname(os.path.abspath(__file__))
FEATURES = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width']
EVERY = 5
# A flower that nobody has seen, and the one of the documentation.
MADE_UP = [[5.1, 3.5, 1.4, 0.2], [5.95, 2.75, 4.75, 1.65], [30.0, 0.1, 9.0, 4.0]]


def main():
    warnings.simplefilter('error')
    pipeline = joblib.load(os.path.join(FOLDER, 'model.joblib'))
    with open(os.path.join(FOLDER, 'iris.csv'), encoding='utf-8', newline='') as file:
        flowers = [[float(row[name]) for name in FEATURES] for row in csv.DictReader(file)]
    rows = MADE_UP + flowers[::EVERY]
    table = pd.DataFrame(rows, columns=FEATURES)
    probabilities = pipeline.predict_proba(table)
    classes = [str(name) for name in pipeline.classes_]
    golden = {
        'library': f'scikit-learn {sklearn.__version__}',
        'pipeline': [type(step).__name__ for _, step in pipeline.steps],
        'rows': [dict(zip(FEATURES, row)) for row in rows],
        'probabilities': [dict(zip(classes, map(float, row))) for row in probabilities],
        'labels': [str(label) for label in pipeline.predict(table)],
    }
    with open(os.path.join(FOLDER, 'golden.json'), 'w', encoding='utf-8', newline='\n') as file:
        json.dump(golden, file, indent=2)
        file.write('\n')


if __name__ == '__main__':
    main()
