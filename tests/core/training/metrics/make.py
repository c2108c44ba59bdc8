"""Writes expected.json: what scikit-learn's metrics say about predictions of many forms.

    python make.py          (scikit-learn 1.9, numpy 2)
"""

import json
import os

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.calibration import calibration_curve


def classification(name, rng, rows, classes, decimals=None, skew=None):
    chance = np.full(classes, 1 / classes) if skew is None else np.array(skew)
    truth = rng.choice(classes, rows, p=chance)
    chances = rng.dirichlet(np.full(classes, 0.7), rows)
    # Pull towards the truth, so that the figures are those of a model that knows something.
    chances = (chances + 0.4 * np.eye(classes)[truth]) / 1.4
    if decimals is not None:
        chances = np.floor(chances * 10**decimals) / 10**decimals
        chances[:, -1] = 1 - chances[:, :-1].sum(axis=1)
    predicted = chances.argmax(axis=1)
    labels = list(range(classes))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, predicted, labels=labels, zero_division=0
    )
    case = {
        'name': name,
        'truth': truth.tolist(),
        'probabilities': chances.tolist(),
        'accuracy': metrics.accuracy_score(truth, predicted),
        'macro_f1': metrics.f1_score(truth, predicted, average='macro', zero_division=0),
        'precision': precision.tolist(),
        'recall': recall.tolist(),
        'f1': f1.tolist(),
        'support': support.tolist(),
        'log_loss': metrics.log_loss(truth, chances, labels=labels),
        'confusion': metrics.confusion_matrix(truth, predicted, labels=labels).tolist(),
    }
    if classes == 2:
        case['roc_auc'] = metrics.roc_auc_score(truth, chances[:, 1])
        case['brier'] = metrics.brier_score_loss(truth, chances[:, 1])
        observed, mean = calibration_curve(truth, chances[:, 1], n_bins=10)
        case['calibration'] = {'observed': observed.tolist(), 'predicted': mean.tolist()}
    else:
        seen = set(truth.tolist()) == set(labels)
        case['roc_auc'] = (
            metrics.roc_auc_score(truth, chances, multi_class='ovr', labels=labels) if seen else None
        )
        case['brier'] = metrics.brier_score_loss(truth, chances, labels=labels, scale_by_half=False)
    return case


def regression(name, truth, predicted):
    return {
        'name': name,
        'truth': truth.tolist(),
        'predicted': predicted.tolist(),
        'r2': metrics.r2_score(truth, predicted),
        'mae': metrics.mean_absolute_error(truth, predicted),
        'rmse': metrics.root_mean_squared_error(truth, predicted),
        'mape': metrics.mean_absolute_percentage_error(truth, predicted),
    }


rng = np.random.default_rng(3)
amounts = rng.lognormal(12, 0.6, 120)
signed = rng.normal(0, 2, 60)
signed[5] = 0
expected = {
    'versions': {'scikit-learn': sklearn.__version__, 'numpy': np.__version__},
    'classification': [
        classification('two classes', rng, 150, 2),
        classification('two classes, many equal scores', rng, 150, 2, decimals=1),
        classification('two classes, one rare', rng, 150, 2, skew=[0.95, 0.05]),
        classification('three classes', rng, 120, 3),
        classification('five classes, equal scores', rng, 120, 5, decimals=1),
        classification('a class that no row has', rng, 80, 4, skew=[0.4, 0.3, 0.3, 0]),
    ],
    'regression': [
        regression('prices', amounts, amounts * rng.lognormal(0, 0.2, 120)),
        regression('values around zero, one exactly', signed, signed + rng.normal(0, 1, 60)),
        regression('worse than the mean', signed, -signed),
        regression('constant truth', np.full(8, 3.0), np.linspace(2, 4, 8)),
        regression('constant truth, exactly right', np.full(8, 3.0), np.full(8, 3.0)),
    ],
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'expected.json')
with open(path, 'w', encoding='utf-8') as file:
    json.dump(expected, file, indent=0)
    file.write('\n')
