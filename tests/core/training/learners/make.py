"""Writes expected.json: small data sets and what scikit-learn learns from them.

    python make.py          (scikit-learn 1.9, numpy 2)
"""

import json
import os
import warnings

import numpy as np
import sklearn
from sklearn.datasets import make_classification, make_regression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

warnings.simplefilter('ignore')


def rounded(values):
    return np.round(np.asarray(values, dtype=float), 4)


def logistic(name, classes, features, c, seed, scale=1.0, separable=False):
    x, y = make_classification(
        n_samples=160,
        n_features=features,
        n_informative=features - 1,
        n_redundant=1,
        n_clusters_per_class=1,
        n_classes=classes,
        flip_y=0 if separable else 0.1,
        class_sep=4 if separable else 0.7,
        random_state=seed,
    )
    x = rounded(x * scale)
    model = LogisticRegression(C=c, tol=1e-12, max_iter=100_000).fit(x, y)
    return {
        'name': name,
        'c': c,
        'features': x.tolist(),
        'codes': y.tolist(),
        'class_count': classes,
        'coefficients': model.coef_.ravel().tolist(),
        'intercept': model.intercept_.tolist(),
    }


def ridge(name, features, alpha, seed, rows=80):
    x, y = make_regression(
        n_samples=rows, n_features=features, n_informative=features, noise=10, bias=5, random_state=seed
    )
    x, y = rounded(x), rounded(y)
    model = Ridge(alpha=alpha, solver='cholesky').fit(x, y)
    return {
        'name': name,
        'alpha': alpha,
        'features': x.tolist(),
        'values': y.tolist(),
        'coefficients': model.coef_.tolist(),
        'intercept': float(model.intercept_),
    }


def neighbours(name, weights, count, classes, seed):
    rng = np.random.default_rng(seed)
    x = rounded(rng.normal(size=(90, 3)))
    new = rounded(rng.normal(size=(40, 3)))
    new[:5] = x[:5]
    if classes is None:
        y = rounded(x @ [1.0, -2.0, 0.5] + rng.normal(size=90))
        answer = KNeighborsRegressor(count, weights=weights).fit(x, y).predict(new)
    else:
        y = rng.integers(0, classes, 90)
        answer = KNeighborsClassifier(count, weights=weights).fit(x, y).predict_proba(new)
    return {
        'name': name,
        'weights': weights,
        'neighbours': count,
        'class_count': classes,
        'features': x.tolist(),
        'target': y.tolist(),
        'new': new.tolist(),
        'answer': answer.ravel().tolist(),
    }


expected = {
    'versions': {'scikit-learn': sklearn.__version__, 'numpy': np.__version__},
    'logistic': [
        logistic('two classes', 2, 5, 1.0, 1),
        logistic('two classes, strong penalty', 2, 5, 0.01, 2),
        logistic('two classes that never mix, weak penalty', 2, 4, 100.0, 3, separable=True),
        logistic('three classes', 3, 6, 1.0, 4),
        logistic('five classes, weak penalty', 5, 8, 50.0, 5),
        logistic('three classes, large numbers', 3, 4, 1.0, 6, scale=300.0),
    ],
    'ridge': [
        ridge('few features', 4, 1.0, 1),
        ridge('strong penalty', 6, 500.0, 2),
        ridge('more features than rows', 30, 2.0, 3, rows=20),
    ],
    'neighbours': [
        neighbours('three classes', 'uniform', 5, 3, 1),
        neighbours('two classes by distance', 'distance', 7, 2, 2),
        neighbours('values', 'uniform', 5, None, 3),
        neighbours('values by distance', 'distance', 4, None, 4),
    ],
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'expected.json')
with open(path, 'w', encoding='utf-8') as file:
    json.dump(expected, file)
    file.write('\n')
