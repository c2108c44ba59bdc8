"""Trains the iris example: which of three species a flower is, from four measurements.

    python models/iris/train.py --output models/iris
    python models/iris/train.py iris.csv --output models/iris

Without a path it takes the copy that scikit-learn carries. A file needs the four measurements in the usual order and
the species in the last column, as the UCI repository publishes it (CC BY 4.0). requirements.txt beside this folder
names the versions that wrote the committed files.
"""

import os
import sys

import pandas as pd
import xgboost
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict, train_test_split

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import common

SEED = 42
CLASSES = ['setosa', 'versicolor', 'virginica']
COLUMNS = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width']
SETTINGS = {
    'objective': 'multi:softprob',
    'n_estimators': 40,
    'max_depth': 2,
    'learning_rate': 0.1,
    'min_child_weight': 1,
    'subsample': 0.8,
    'random_state': SEED,
    'n_jobs': 1,
}


def measurement(description, example, aliases):
    return {'description': description, 'unit': 'cm', 'example': example, 'aliases': aliases}


CONFIG = {
    'name': 'iris',
    'title': 'Iris species',
    'aliases': ['iris model', 'iris flower', 'flower classifier', 'species'],
    'description': 'Species of an iris from the length and width of its sepals and petals.',
    'file': 'iris_model.pkl',
    'task': 'multiclass_classification',
    'classes': CLASSES,
    'target': 'species',
    'features': {
        'sepal_length': measurement('Length of a sepal', 5.8, ['sepal long', 'length of the sepal']),
        'sepal_width': measurement('Width of a sepal', 3.0, ['sepal wide', 'width of the sepal']),
        'petal_length': measurement('Length of a petal', 4.3, ['petal long', 'length of the petal']),
        'petal_width': measurement('Width of a petal', 1.3, ['petal wide', 'width of the petal']),
    },
    'examples': [
        'Which iris has sepals of 5.1 by 3.5 cm and petals of 1.4 by 0.2 cm?',
        'Predict iris: sepal length 6.3, sepal width 2.8, petal length 5.1, petal width 1.5',
        'Why is a flower with petal length 4.3 and petal width 1.3, sepals 5.8 by 3, a versicolor?',
    ],
}


def load(path):
    """The measurements and the number of the species."""
    if path is None:
        data = load_iris()
        return pd.DataFrame(data.data, columns=COLUMNS), pd.Series(data.target)
    table = pd.read_csv(path, header=None)
    if not pd.api.types.is_numeric_dtype(table[0]):
        table = pd.read_csv(path)
    table.columns = COLUMNS + ['species']
    names = table['species'].str.lower().str.replace('iris-', '', regex=False)
    return table[COLUMNS].astype('float64'), names.map(CLASSES.index)


def main():
    arguments = common.parse_arguments(__doc__, ('path of iris.csv', '?'))
    features, labels = load(arguments.data)
    train, held_out, train_labels, held_out_labels = train_test_split(
        features, labels, test_size=0.2, random_state=SEED, stratify=labels
    )
    model = xgboost.XGBClassifier(**SETTINGS)
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)
    crossed = cross_val_predict(model, train, train_labels, cv=folds, method='predict_proba')
    model.fit(train, train_labels)

    probabilities = model.predict_proba(held_out)
    metrics = {
        'library': 'xgboost ' + xgboost.__version__,
        'rows': {'train': len(train), 'held_out': len(held_out)},
        'held_out': {
            'accuracy': round(accuracy_score(held_out_labels, probabilities.argmax(axis=1)), 4),
            'log_loss': round(log_loss(held_out_labels, probabilities), 4),
            'confusion': confusion_matrix(held_out_labels, probabilities.argmax(axis=1)).tolist(),
        },
        'cross_validation': {
            'accuracy': round(accuracy_score(train_labels, crossed.argmax(axis=1)), 4),
            'log_loss': round(log_loss(train_labels, crossed), 4),
        },
    }
    common.write_model(arguments.output, CONFIG['file'], model)
    common.write_json(arguments.output, 'metrics.json', metrics)
    golden = common.golden_classification(model, held_out, CLASSES)
    common.write_json(arguments.output, 'golden.json', golden)
    common.write_config(arguments.output, CONFIG, common.column_statistics(train))
    print(metrics['held_out'], metrics['cross_validation'])


if __name__ == '__main__':
    main()
