"""Accuracy of sentiment.onnx on SST-2's dev sentences, none of which it was trained on."""

import argparse
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'training'))
import suggest  # noqa: E402
import text as t  # noqa: E402


def accuracy(pair, data):
    with open(os.path.join(data, 'sst2', 'dev.tsv'), encoding='utf-8') as file:
        rows = [line.rstrip('\n').split('\t') for line in file][1:]
    scores = suggest.positivity(pair, [t.encode(text, pair['index']) for _, text in rows])
    return round(float(np.mean((scores > 0.5) == np.array([int(label) for label, _ in rows]))), 4)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', required=True, help='the folder with sst2')
    parser.add_argument('--pair', default=os.path.join(HERE, '..'))
    arguments = parser.parse_args()
    print('SST-2 dev accuracy', accuracy(suggest.load(arguments.pair), arguments.data))


if __name__ == '__main__':
    main()
