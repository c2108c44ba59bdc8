"""Writes golden.json: what scikit-learn answers when it loads the model.joblib that the example trained on sample.csv.

    bun parley example question-timing --synthetic
    python models/question-timing/golden.py data/examples/question-timing/model.joblib

Needs scikit-learn 1.6, joblib and pandas. A test trains again and holds Parley's answers to these.
"""

import json
import os
import sys
import warnings

import joblib
import pandas as pd
import sklearn

FOLDER = os.path.dirname(os.path.abspath(__file__))
EVERY = 40
MADE_UP = [
    'The lid cracked after two weeks. Where can I order a new one?',
    'does it come with a case?',
    'Is the lid dishwasher safe?',
    'Мой чайник сломался',
    '',
    '??!',
]


def main():
    warnings.simplefilter('error')
    pipeline = joblib.load(sys.argv[1])
    sample = pd.read_csv(os.path.join(FOLDER, 'sample.csv'))
    questions = MADE_UP + list(sample['question'][::EVERY])
    table = pd.DataFrame({'question': questions})
    probabilities = pipeline.predict_proba(table)
    classes = [str(name) for name in pipeline.classes_]
    golden = {
        'library': f'scikit-learn {sklearn.__version__}',
        'rows': [{'question': question} for question in questions],
        'probabilities': [dict(zip(classes, map(float, row))) for row in probabilities],
        'labels': [str(label) for label in pipeline.predict(table)],
    }
    with open(os.path.join(FOLDER, 'golden.json'), 'w', encoding='utf-8', newline='\n') as file:
        json.dump(golden, file, indent=2, ensure_ascii=False)
        file.write('\n')


if __name__ == '__main__':
    main()
