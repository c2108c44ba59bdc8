"""Writes expected.json: tables of every awkward kind and what scikit-learn learns from them before any model.

    python make.py          (scikit-learn 1.9, numpy 2, pandas 3)
"""

import json
import os

import numpy as np
import pandas as pd
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler

rng = np.random.default_rng(11)
ROWS = 41


def numbers():
    columns = {
        'plain': np.round(rng.normal(5, 2, ROWS), 3),
        'large': np.round(rng.normal(1e9, 1, ROWS), 3),
        'constant': np.full(ROWS, 0.1),
        'mostly_zero': np.where(rng.random(ROWS) < 0.9, 0.0, 3.0),
        'gaps': np.where(rng.random(ROWS) < 0.3, np.nan, rng.integers(0, 9, ROWS)),
        'half_gaps': np.where(np.arange(ROWS) % 2 == 0, np.nan, np.arange(ROWS)),
    }
    table = pd.DataFrame(columns)
    imputer = SimpleImputer(strategy='median').fit(table)
    filled = imputer.transform(table)
    standard, robust = StandardScaler().fit(filled), RobustScaler().fit(filled)
    return {
        'columns': {name: [None if np.isnan(v) else v for v in c.tolist()] for name, c in columns.items()},
        'medians': imputer.statistics_.tolist(),
        'mean': standard.mean_.tolist(),
        'variance': standard.var_.tolist(),
        'standard_scale': standard.scale_.tolist(),
        'center': robust.center_.tolist(),
        'robust_scale': robust.scale_.tolist(),
    }


def categories():
    columns = {
        'tie': ['b', 'a', 'b', 'a', None, 'c'],
        'signs': ['\U0001d4afulip', '\uff21', 'zebra', 'Ärger', 'zebra', None],
        'numbers_as_text': ['10', '9', '010', '9', '9', '10'],
    }
    table = pd.DataFrame(columns).astype(object)
    table = table.where(table.notna(), np.nan)
    imputer = SimpleImputer(strategy='most_frequent').fit(table)
    encoder = OneHotEncoder(handle_unknown='ignore', sparse_output=False).fit(imputer.transform(table))
    return {
        'columns': columns,
        'frequent': imputer.statistics_.tolist(),
        'categories': [values.tolist() for values in encoder.categories_],
        'encoded': encoder.transform(imputer.transform(table)).tolist(),
    }


def words(name, texts, **options):
    vectorizer = TfidfVectorizer(**options).fit(texts)
    matrix = vectorizer.transform(texts + ['unknown only', '']).toarray()
    return {
        'name': name,
        'texts': texts,
        'longest': options['ngram_range'][1],
        'minimum': options.get('min_df', 1),
        'terms': vectorizer.get_feature_names_out().tolist(),
        'weights': vectorizer.idf_.tolist(),
        'rows': matrix.tolist(),
    }


TEXTS = [
    'The cat sat on the mat, the cat!',
    "It's a dog_house; isn't it? 12 dogs, 3.5 kg",
    'Straße ÄRGER naïve café CAFÉ',
    '花が 咲く 日本語の文 x y zz',
    'İstanbul ﬁne ² ½ Ⅷ ٣٤',
    'the the the',
]
expected = {
    'versions': {'scikit-learn': sklearn.__version__, 'numpy': np.__version__, 'pandas': pd.__version__},
    'numbers': numbers(),
    'categories': categories(),
    'words': [
        words('words and pairs', TEXTS, ngram_range=(1, 2)),
        words('words alone', TEXTS, ngram_range=(1, 1)),
        words('words of two texts and more', TEXTS, ngram_range=(1, 2), min_df=2),
        words('three in a row', TEXTS, ngram_range=(1, 3)),
    ],
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'expected.json')
with open(path, 'w', encoding='utf-8') as file:
    json.dump(expected, file, ensure_ascii=False)
    file.write('\n')
