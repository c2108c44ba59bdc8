"""Trains the churn example: will this telephone customer leave, from tenure and what they pay.

    python models/churn/train.py Telco-Customer-Churn.csv --output models/churn

The data is IBM's Telco Customer Churn (Apache-2.0). Needs xgboost, pandas and scikit-learn; requirements.txt beside
this folder names the versions that wrote the committed files.
"""

import os
import sys

import numpy as np
import pandas as pd
import xgboost
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
    roc_auc_score,
)
from sklearn.model_selection import train_test_split

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import common

SEED = 42
CLASSES = ['No', 'Yes']
COLUMNS = {'tenure': 'tenure', 'MonthlyCharges': 'monthly_charges', 'TotalCharges': 'total_charges'}

# Longer and better-paying relations end less often, higher bills end more often. Stating it keeps three noisy
# columns from drawing steps that nobody could explain; it costs nothing in cross-validation.
MONOTONE = {'tenure': -1, 'monthly_charges': 1, 'total_charges': -1}
SETTINGS = {
    'objective': 'binary:logistic',
    'learning_rate': 0.1,
    'min_child_weight': 10,
    'subsample': 0.8,
    'monotone_constraints': MONOTONE,
}
DEPTHS = [1, 2, 3]
MAX_ROUNDS = 500
FOLDS = 5
FOLD_SEEDS = [1, 2, 3]
# Enough to compare other customers with, few enough to keep beside the model.
BACKGROUND_ROWS = 64

CONFIG = {
    'name': 'churn',
    'title': 'Customer churn',
    'aliases': ['churn model', 'customer churn', 'telco churn', 'attrition', 'retention'],
    'description': 'Probability that a telephone customer leaves, from how long they have stayed and what they pay.',
    'file': 'churn_model.pkl',
    'task': 'binary_classification',
    'classes': CLASSES,
    'positive_label': 'Yes',
    'target': 'churn',
    'thresholds': {'Low Risk': 0, 'Medium Risk': 0.3, 'High Risk': 0.6},
    'features': {
        'tenure': {
            'description': 'How long the customer has been with the company',
            'unit': 'months',
            'example': 24,
            'aliases': ['months', 'months of tenure', 'customer for', 'length of stay', 'time as a customer'],
        },
        'monthly_charges': {
            'description': 'What the customer is billed each month',
            'unit': 'USD',
            'example': 70,
            'aliases': ['monthly', 'per month', 'a month', 'monthly bill', 'monthly fee', 'monthly charge'],
        },
        'total_charges': {
            'description': 'What the customer has been billed in all; may be missing for a new customer',
            'unit': 'USD',
            'example': 1680,
            'aliases': ['total', 'in total', 'total bill', 'lifetime charges', 'paid so far', 'total charge'],
        },
    },
    'examples': [
        'What is the churn risk for a customer with 24 months tenure, $70 monthly and $1680 total?',
        'Will a customer who joined 2 months ago and pays $95 a month, $190 in total, leave?',
        'Why would someone with tenure 60, monthly charges 25 and total charges 1500 stay?',
    ],
}


def load(path):
    """The three columns under their new names; the 11 blank totals become NaN, which XGBoost routes by itself."""
    table = pd.read_csv(path)
    features = table[list(COLUMNS)].rename(columns=COLUMNS)
    features['total_charges'] = pd.to_numeric(features['total_charges'], errors='coerce')
    return features.astype('float64'), (table['Churn'] == 'Yes').astype(int)


def cross_validate(depth, features, labels):
    """Repeated stratified folds: the best number of rounds, its mean log loss and the standard error of that mean."""
    matrix = xgboost.DMatrix(features, label=labels)
    parameters = dict(SETTINGS, max_depth=depth, seed=SEED, nthread=1)
    runs = [
        xgboost.cv(parameters, matrix, MAX_ROUNDS, nfold=FOLDS, stratified=True, metrics='logloss', seed=seed)
        for seed in FOLD_SEEDS
    ]
    loss = np.mean([run['test-logloss-mean'] for run in runs], axis=0)
    spread = np.mean([run['test-logloss-std'] for run in runs], axis=0)
    best = int(loss.argmin())
    return {
        'depth': depth,
        'rounds': best + 1,
        'log_loss': round(float(loss[best]), 5),
        'standard_error': round(float(spread[best]) / FOLDS**0.5, 5),
    }


def choose(candidates):
    """The one-standard-error rule: the shallowest trees whose loss cannot be told apart from the best."""
    best = min(candidates, key=lambda candidate: candidate['log_loss'])
    limit = best['log_loss'] + best['standard_error']
    return next(candidate for candidate in candidates if candidate['log_loss'] <= limit)


def calibration(labels, probabilities):
    """Ten groups of equal size: what the model says against what happened."""
    groups = np.array_split(np.argsort(probabilities, kind='stable'), 10)
    outcome = np.asarray(labels)
    return [
        {'predicted': round(float(probabilities[group].mean()), 3), 'observed': round(float(outcome[group].mean()), 3)}
        for group in groups
    ]


def measure(labels, probabilities):
    positive = probabilities[:, 1].astype('float64')
    return {
        'accuracy': round(accuracy_score(labels, positive > 0.5), 4),
        'auc': round(roc_auc_score(labels, positive), 4),
        'brier': round(brier_score_loss(labels, positive), 4),
        'log_loss': round(log_loss(labels, positive), 4),
    }


def report(train, labels, probabilities):
    """What the page shows: who was taken for whom, each class, and rows of the training data to compare others with."""
    said = (probabilities[:, 1] > 0.5).astype(int)
    precision, recall, f1, support = precision_recall_fscore_support(labels, said)
    return {
        'evaluation': f'20 % of the rows, stratified, put aside with seed {SEED}',
        'per_class': [
            {
                'label': label,
                'precision': round(float(precision[code]), 4),
                'recall': round(float(recall[code]), 4),
                'f1': round(float(f1[code]), 4),
                'support': int(support[code]),
            }
            for code, label in enumerate(CLASSES)
        ],
        'confusion': {'labels': CLASSES, 'counts': confusion_matrix(labels, said).tolist()},
        'background': common.rows_of(train.sample(BACKGROUND_ROWS, random_state=SEED)),
    }


def golden_rows(features, held_out):
    """The example of the product, the customers with no total, and a spread of held-out customers."""
    example = pd.DataFrame({name: [float(CONFIG['features'][name]['example'])] for name in features})
    blank = features[features['total_charges'].isna()].head(4)
    return pd.concat([example, blank, held_out.sample(27, random_state=SEED)], ignore_index=True)


def main():
    arguments = common.parse_arguments(__doc__, ('path of Telco-Customer-Churn.csv', None))
    features, labels = load(arguments.data)
    train, held_out, train_labels, held_out_labels = train_test_split(
        features, labels, test_size=0.2, random_state=SEED, stratify=labels
    )
    candidates = [cross_validate(depth, train, train_labels) for depth in DEPTHS]
    chosen = choose(candidates)
    model = xgboost.XGBClassifier(
        **SETTINGS, n_estimators=chosen['rounds'], max_depth=chosen['depth'], random_state=SEED, n_jobs=1
    )
    model.fit(train, train_labels)

    probabilities = model.predict_proba(held_out)
    metrics = {
        'library': 'xgboost ' + xgboost.__version__,
        'rows': {'train': len(train), 'held_out': len(held_out)},
        'held_out': measure(held_out_labels, probabilities),
        'held_out_calibration': calibration(held_out_labels, probabilities[:, 1]),
        'churn_rate': round(float(labels.mean()), 4),
        'cross_validation': candidates,
        'chosen': {'max_depth': chosen['depth'], 'n_estimators': chosen['rounds']},
        'report': report(train, held_out_labels, probabilities),
    }
    common.write_model(arguments.output, CONFIG['file'], model)
    common.write_json(arguments.output, 'metrics.json', metrics)
    golden = common.golden_classification(model, golden_rows(features, held_out), CLASSES)
    common.write_json(arguments.output, 'golden.json', golden)
    common.write_config(arguments.output, CONFIG, common.column_statistics(train))
    print(metrics['held_out'], metrics['chosen'], golden['rows'][0], golden['probabilities'][0])


if __name__ == '__main__':
    main()
