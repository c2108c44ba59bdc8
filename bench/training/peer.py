"""The scikit-learn side of run.ts: fits the same pipelines on the same rows and says how good and how fast they are.

    python peer.py data FOLDER          writes breast_cancer.json, the one data set that scikit-learn carries
    python peer.py fit TASK.json        prints one JSON line for each split, when a line comes in
"""

import json
import os
import sys
import time
import warnings

for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ[name] = '1'

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, r2_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.simplefilter('ignore')


def write_breast_cancer(folder):
    data = load_breast_cancer()
    columns = {name: data.data[:, i].tolist() for i, name in enumerate(data.feature_names)}
    columns['diagnosis'] = [str(data.target_names[code]) for code in data.target]
    with open(os.path.join(folder, 'breast_cancer.json'), 'w', encoding='utf-8') as file:
        json.dump(columns, file)


def model_of(name, is_classifier, seed):
    if name == 'logreg':
        return LogisticRegression(max_iter=1000)
    if name == 'tfidf':
        return LogisticRegression(C=10, max_iter=1000)
    if name == 'ridge':
        return Ridge()
    if name == 'knn':
        return KNeighborsClassifier() if is_classifier else KNeighborsRegressor()
    if name == 'rf':
        kind = RandomForestClassifier if is_classifier else RandomForestRegressor
        return kind(random_state=seed, n_jobs=1)
    kind = HistGradientBoostingClassifier if is_classifier else HistGradientBoostingRegressor
    return kind(random_state=seed)


def pipeline_of(task, table, seed):
    features = task['features']
    model = model_of(task['model'], task['is_classifier'], seed)
    if task['model'] == 'tfidf':
        return Pipeline([('words', TfidfVectorizer(ngram_range=(1, 2))), ('model', model)])
    numbers = [name for name in features if table[name].dtype != object]
    texts = [name for name in features if table[name].dtype == object]
    boosted = task['model'] == 'hgb'
    scale = 'passthrough' if boosted else make_pipeline(SimpleImputer(strategy='median'), StandardScaler())
    encode = make_pipeline(
        SimpleImputer(strategy='most_frequent'),
        OneHotEncoder(handle_unknown='ignore', sparse_output=False),
    )
    parts = [('numbers', scale, numbers)] + ([('texts', encode, texts)] if texts else [])
    return Pipeline([('prepare', ColumnTransformer(parts)), ('model', model)])


def fit(path):
    with open(path, encoding='utf-8') as file:
        task = json.load(file)
    table = pd.DataFrame(task['columns'])
    for name in table.columns:
        if table[name].dtype == object or str(table[name].dtype).startswith('str'):
            table[name] = table[name].astype(object).where(table[name].notna(), np.nan)
    target = np.array(task['target'])
    rows = table[task['features'][0]].fillna('') if task['model'] == 'tfidf' else table[task['features']]
    for seed, split in enumerate(task['splits']):
        # The other side has fitted the same rows a moment ago: what else the machine does meets both alike.
        sys.stdin.readline()
        pipeline = pipeline_of(task, table, seed)
        train, test = split['train'], split['test']
        x, y = rows.iloc[train], target[train]
        start = time.perf_counter()
        pipeline.fit(x, y)
        seconds = time.perf_counter() - start
        score = accuracy_score if task['is_classifier'] else r2_score
        quality = score(target[test], pipeline.predict(rows.iloc[test]))
        print(json.dumps({'quality': float(quality), 'seconds': seconds}), flush=True)


if sys.argv[1] == 'data':
    write_breast_cancer(sys.argv[2])
else:
    fit(sys.argv[2])
