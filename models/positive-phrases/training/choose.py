"""Chooses the weights of the ranking on the development set: single words first, then how phrases rank among them."""

import argparse
import itertools
import json
import os
import sys

import suggest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'quality'))
import measure  # noqa: E402

WORD_GRID = {'positivity': [0.3, 0.5, 0.75, 1.0, 1.5], 'alone': [0.2, 0.35, 0.5, 0.7, 0.85], 'bound': [2.0, 3.0, 4.0]}
PHRASE_GRID = {'per_word': [0.3, 0.6, 0.9, 1.2, 1.5], 'phrase': [-0.5, 0.0, 0.5, 1.0]}
LEAST = [0.55, 0.6, 0.65, 0.7]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder')
    parser.add_argument('--data', required=True)
    parser.add_argument('--phrases', action='store_true', help='choose how phrases rank, with the other weights as they stand in config.json')
    arguments = parser.parse_args()
    with open(os.path.join(HERE, '..', 'quality', 'development.json'), encoding='utf-8') as file:
        rows = json.load(file)
    negative = measure.negative_words(arguments.data)
    pair = suggest.prepare(suggest.load(arguments.folder))
    remember(pair)
    grid, words = (PHRASE_GRID, 5) if arguments.phrases else (WORD_GRID, 1)
    defaults, results = pair['config']['defaults'], []
    for values in itertools.product(*grid.values()):
        pair['config']['parameters'].update(zip(grid, values))
        for least in [defaults['min_positivity']] if arguments.phrases else LEAST:
            figures, answers = measure.measure(rows, lambda text, words: [s['text'] for s in suggest.suggest(pair, text, 5, least, words)], words, negative)
            value = figures['acceptable_in_first_five'] + figures['suggestions_acceptable'] + figures['suggestions_grammatical'] - figures['sentences_with_negative']
            phrases = sum(' ' in s for found in answers for s in found) / (sum(map(len, answers)) or 1)
            shown = {k: figures[k] for k in ('acceptable_in_first_five', 'suggestions_acceptable', 'suggestions_grammatical', 'acceptable_first')}
            results.append((round(value, 4), dict(zip(grid, values), least=least), {**shown, 'phrases': round(phrases, 3)}))
    results.sort(key=lambda r: -r[0])
    # More phrases always cost acceptable single words, so all combinations of their few weights are shown.
    for result in results if arguments.phrases else results[:12]:
        print(result)


def remember(pair):
    """Models' answers do not depend on the weights that are chosen: each is asked once."""
    known = {}

    class Once:
        def __init__(self, session):
            self.session = session

        def run(self, names, feeds):
            key = (names[0], *(value.tobytes() for value in feeds.values()), *(value.shape for value in feeds.values()))
            if key not in known:
                known[key] = self.session.run(names, feeds)
            return known[key]

        def get_outputs(self):
            return self.session.get_outputs()

    pair['fill'], pair['sentiment'] = Once(pair['fill']), Once(pair['sentiment'])


if __name__ == '__main__':
    main()
